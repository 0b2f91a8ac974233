// Recursive descent over the grammar of expression.h. Each level of precedence is one function; nesting is counted
// where recursion happens (parentheses, arguments, signs), so that hostile text cannot exhaust the stack.
#include <array>
#include <optional>

#include "model/expression_node.h"
#include "model/unicode.h"

namespace haki::model {
namespace {

using Node = Expression::Node;
using Kind = Node::Kind;

constexpr std::size_t kCharactersMax = 4096;
constexpr int kDepthMax = 64;

struct FunctionRow {
  std::string_view name;
  Function function;
  std::size_t arguments;
  bool first_is_name;  // the first argument must be a field, since it is asked for all its values
};
constexpr std::array<FunctionRow, 10> kFunctions{{
    {"not", Function::kNot, 1, false},
    {"contains", Function::kContains, 2, false},
    {"starts-with", Function::kStartsWith, 2, false},
    {"selected", Function::kSelected, 2, true},
    {"count", Function::kCount, 1, true},
    {"string-length", Function::kStringLength, 1, false},
    {"today", Function::kToday, 0, false},
    {"true", Function::kTrue, 0, false},
    {"false", Function::kFalse, 0, false},
    {"if", Function::kIf, 3, false},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0; }
bool continues_name(char c) { return starts_name(c) || is_digit(c); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Node> parse_all() {
    skip_space();
    if (at_end()) return expected("a condition such as district = 'KE041'; it is empty");
    HAKI_ASSIGN(Node node, parse_or());
    if (!at_end()) return expected("and, or, a comparison such as =, or the end");
    return node;
  }

 private:
  Result<Node> parse_or() { return parse_words(Kind::kOr, "or", &Parser::parse_and); }
  Result<Node> parse_and() { return parse_words(Kind::kAnd, "and", &Parser::parse_comparison); }

  // operand (word operand)*
  Result<Node> parse_words(Kind kind, std::string_view word, Result<Node> (Parser::*parse_each)()) {
    HAKI_ASSIGN(Node first, (this->*parse_each)());
    if (!take_word(word)) return first;
    Node all;
    all.kind = kind;
    all.operands.push_back(std::move(first));
    do {
      HAKI_ASSIGN(Node next, (this->*parse_each)());
      all.operands.push_back(std::move(next));
    } while (take_word(word));
    return all;
  }

  Result<Node> parse_comparison() {
    HAKI_ASSIGN(Node left, parse_sum());
    const auto compared_by = take_comparison();
    if (!compared_by) return left;
    Node node;
    node.kind = Kind::kCompare;
    node.operators = {*compared_by};
    HAKI_ASSIGN(Node right, parse_sum());
    node.operands.push_back(std::move(left));
    node.operands.push_back(std::move(right));
    const std::size_t before = position_;
    if (take_comparison()) {
      position_ = before;
      return expected("one comparison at a time: join two with and");
    }
    return node;
  }

  Result<Node> parse_sum() { return parse_arithmetic(&Parser::parse_product, &Parser::take_sum_operator); }
  Result<Node> parse_product() { return parse_arithmetic(&Parser::parse_sign, &Parser::take_product_operator); }

  Result<Node> parse_arithmetic(Result<Node> (Parser::*parse_each)(),
                                std::optional<Operator> (Parser::*take_operator)()) {
    HAKI_ASSIGN(Node first, (this->*parse_each)());
    auto next_operator = (this->*take_operator)();
    if (!next_operator) return first;
    Node all;
    all.kind = Kind::kArithmetic;
    all.operands.push_back(std::move(first));
    for (; next_operator; next_operator = (this->*take_operator)()) {
      all.operators.push_back(*next_operator);
      HAKI_ASSIGN(Node next, (this->*parse_each)());
      all.operands.push_back(std::move(next));
    }
    return all;
  }

  Result<Node> parse_sign() {
    if (!take('-')) return parse_operand();
    HAKI_TRY(enter());
    HAKI_ASSIGN(Node operand, parse_sign());
    leave();
    Node node;
    node.kind = Kind::kNegate;
    node.operands.push_back(std::move(operand));
    return node;
  }

  Result<Node> parse_operand() {
    if (at_end()) return expected("a field, a number or a 'text'");
    const char c = text_[position_];
    if (c == '(') return parse_parentheses();
    if (c == '\'' || c == '"') return parse_quoted(c);
    if (c == '$') return parse_braced_name();
    if (is_digit(c) || (c == '.' && position_ + 1 < text_.size() && is_digit(text_[position_ + 1])))
      return parse_number();
    if (c == '.') return take('.'), name_node(".");
    if (const FunctionRow* row = take_function_name()) return parse_call(*row);
    if (starts_name(c)) return parse_name();
    return expected("a field, a number or a 'text'");
  }

  Result<Node> parse_parentheses() {
    take('(');
    HAKI_TRY(enter());
    HAKI_ASSIGN(Node inner, parse_or());
    leave();
    if (!take(')')) return expected("a closing parenthesis )");
    return inner;
  }

  Result<Node> parse_quoted(char quote) {
    const std::size_t start = position_++;
    std::string constant;
    for (; position_ < text_.size(); ++position_) {
      if (text_[position_] == quote) {
        const bool doubled = position_ + 1 < text_.size() && text_[position_ + 1] == quote;
        if (!doubled) {
          ++position_;
          skip_space();
          return constant_node(std::move(constant));
        }
        ++position_;
      }
      constant.push_back(text_[position_]);
    }
    position_ = start;
    return expected("a closing quote for the text that begins here");
  }

  Result<Node> parse_braced_name() {
    const std::size_t close = text_.find('}', position_);
    if (text_.substr(position_, 2) != "${" || close == std::string_view::npos)
      return expected("a field written as ${name}");
    const std::string_view name = trimmed(text_.substr(position_ + 2, close - position_ - 2));
    if (name.empty()) return expected("a field written as ${name}");
    position_ = close + 1;
    skip_space();
    return name_node(name);
  }

  Result<Node> parse_name() {
    const std::size_t start = position_;
    while (position_ < text_.size() && continues_name(text_[position_])) ++position_;
    const std::string_view name = text_.substr(start, position_ - start);
    skip_space();
    if (!at_end() && text_[position_] == '(') {
      position_ = start;
      return expected(
          "a function that exists (not, contains, starts-with, selected, count, string-length, today, true, "
          "false, if)");
    }
    return name_node(name);
  }

  Result<Node> parse_number() {
    const std::size_t start = position_;
    while (position_ < text_.size() && is_digit(text_[position_])) ++position_;
    if (position_ < text_.size() && text_[position_] == '.') ++position_;
    while (position_ < text_.size() && is_digit(text_[position_])) ++position_;
    Node node;
    std::string digits(text_.substr(start, position_ - start));
    if (digits.front() == '.') digits.insert(0, "0");
    const bool followed = position_ < text_.size() && (continues_name(text_[position_]) || text_[position_] == '.');
    if (digits.back() == '.' || followed || !read_plain_number(digits, node.constant)) {
      position_ = start;
      return expected("a number such as 30 or 2.5; a text needs quotes, as in 'KE041'");
    }
    skip_space();
    return node;
  }

  Result<Node> parse_call(const FunctionRow& row) {
    take('(');
    Node node;
    node.kind = Kind::kCall;
    node.function = row.function;
    HAKI_TRY(enter());
    for (std::size_t i = 0; i < row.arguments; ++i) {
      if (i > 0 && !take(',')) return expected("a comma and another argument of " + std::string(row.name) + "()");
      const std::size_t start = position_;
      HAKI_ASSIGN(Node argument, parse_or());
      if (i == 0 && row.first_is_name && argument.kind != Kind::kName) {
        position_ = start;
        return expected("a field as the first argument of " + std::string(row.name) + "()");
      }
      node.operands.push_back(std::move(argument));
    }
    leave();
    if (!take(')')) return expected("a closing parenthesis ) after the arguments of " + std::string(row.name) + "()");
    return node;
  }

  // Takes the name of a function that is followed by an opening parenthesis; so a field may be called "count".
  const FunctionRow* take_function_name() {
    for (const FunctionRow& row : kFunctions) {
      if (text_.substr(position_, row.name.size()) != row.name) continue;
      std::size_t after = position_ + row.name.size();
      while (after < text_.size() && is_space(text_[after])) ++after;
      if (after == text_.size() || text_[after] != '(') continue;
      position_ = after;
      return &row;
    }
    return nullptr;
  }

  bool take_word(std::string_view word) {
    if (text_.size() - position_ < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (lower(text_[position_ + i]) != word[i]) return false;
    }
    const std::size_t after = position_ + word.size();
    if (after < text_.size() && continues_name(text_[after])) return false;
    position_ = after;
    skip_space();
    return true;
  }

  std::optional<Operator> take_comparison() {
    if (take('=')) return Operator::kEqual;
    if (text_.substr(position_, 2) == "!=") return ++position_, take('='), Operator::kNotEqual;
    if (take('<', '=')) return Operator::kLessEqual;
    if (take('<')) return Operator::kLess;
    if (take('>', '=')) return Operator::kGreaterEqual;
    if (take('>')) return Operator::kGreater;
    return std::nullopt;
  }

  std::optional<Operator> take_sum_operator() {
    if (take('+')) return Operator::kAdd;
    if (take('-')) return Operator::kSubtract;
    return std::nullopt;
  }

  std::optional<Operator> take_product_operator() {
    if (take('*')) return Operator::kMultiply;
    if (take_word("div")) return Operator::kDivide;
    if (take_word("mod")) return Operator::kModulo;
    return std::nullopt;
  }

  bool take(char c) {
    if (at_end() || text_[position_] != c) return false;
    ++position_;
    skip_space();
    return true;
  }
  bool take(char first, char second) {
    if (position_ + 1 >= text_.size() || text_[position_] != first || text_[position_ + 1] != second) return false;
    position_ += 2;
    skip_space();
    return true;
  }

  static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  void skip_space() {
    while (!at_end() && is_space(text_[position_])) ++position_;
  }
  bool at_end() const { return position_ >= text_.size(); }

  Result<> enter() {
    if (++depth_ <= kDepthMax) return {};
    return Error{Code::kTooLarge, "At character " + place() + " the expression is more than " +
                                      std::to_string(kDepthMax) + " levels deep. Split it or remove parentheses."};
  }
  void leave() { --depth_; }

  static Node name_node(std::string_view name) {
    Node node;
    node.kind = Kind::kName;
    node.name = name;
    return node;
  }
  static Node constant_node(std::string constant) {
    Node node;
    node.constant = std::move(constant);
    return node;
  }

  std::string place() const { return std::to_string(character_count(text_.substr(0, position_)) + 1); }
  Error expected(const std::string& what) const {
    return {Code::kInvalid, "The expression cannot be read: at character " + place() + " expected " + what + "."};
  }

  std::string_view text_;
  std::size_t position_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<Expression> Expression::parse(std::string_view text) {
  if (!is_utf8(text)) return Error{Code::kInvalid, "The expression is not UTF-8 text. Type it again."};
  if (character_count(text) > kCharactersMax) {
    return Error{Code::kTooLarge, "The expression is longer than " + std::to_string(kCharactersMax) +
                                      " characters. Split the question into several."};
  }
  HAKI_ASSIGN(Node root, Parser(text).parse_all());
  return Expression(std::make_shared<const Node>(std::move(root)));
}

}  // namespace haki::model
