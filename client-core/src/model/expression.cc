// Evaluation. Every intermediate result is a sequence of values, because a name may have several or none; the empty
// text stands for "no number" in arithmetic, so no NaN or infinity ever leaves here.
#include "model/expression.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/assert.h"
#include "model/expression_node.h"
#include "model/unicode.h"

namespace haki::model {
namespace {

using Node = Expression::Node;
using Kind = Node::Kind;
using Sequence = std::vector<Value>;

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

// The value as a number, integers staying integers; none for links, and for text that does not read as one.
std::optional<Value> number_of(const Value& value) {
  if (is_number(value)) return value;
  if (const auto* truth = std::get_if<bool>(&value)) return Value(std::int64_t{*truth});
  const auto* text = std::get_if<std::string>(&value);
  Value number;
  if (text == nullptr || !read_plain_number(trimmed(*text), number)) return std::nullopt;
  return number;
}

std::optional<bool> truth_in_text(const std::string& text) {
  if (text == "yes" || text == "true") return true;
  if (text == "no" || text == "false") return false;
  return std::nullopt;
}

// -1, 0 or 1; none where the two have no common reading.
template <typename T>
std::optional<int> order(const T& left, const T& right) {
  return left < right ? -1 : right < left ? 1 : 0;
}

std::optional<int> order_of_numbers(const Value& left, const Value& right) {
  const auto* left_integer = std::get_if<std::int64_t>(&left);
  const auto* right_integer = std::get_if<std::int64_t>(&right);
  if (left_integer && right_integer) return order(*left_integer, *right_integer);
  double left_number = 0, right_number = 0;
  HAKI_ASSERT(as_number(left, left_number) && as_number(right, right_number));
  if (std::isnan(left_number) || std::isnan(right_number)) return std::nullopt;
  return order(left_number, right_number);
}

std::optional<int> order_of(const Value& left, const Value& right) {
  const auto* left_text = std::get_if<std::string>(&left);
  const auto* right_text = std::get_if<std::string>(&right);
  if (left_text && right_text) return order(*left_text, *right_text);

  const bool left_is_link = std::holds_alternative<RecordId>(left),
             right_is_link = std::holds_alternative<RecordId>(right);
  if (left_is_link || right_is_link) {
    if (!(left_is_link || left_text) || !(right_is_link || right_text)) return std::nullopt;
    return order(folded(to_text(left)), folded(to_text(right)));
  }

  const auto* left_truth = std::get_if<bool>(&left);
  const auto* right_truth = std::get_if<bool>(&right);
  if (left_truth && right_text) {
    if (const auto truth = truth_in_text(*right_text)) return order(*left_truth, *truth);
  }
  if (right_truth && left_text) {
    if (const auto truth = truth_in_text(*left_text)) return order(*truth, *right_truth);
  }
  const auto left_number = number_of(left), right_number = number_of(right);
  if (!left_number || !right_number) return std::nullopt;
  return order_of_numbers(*left_number, *right_number);
}

bool satisfies(Operator compared_by, int order) {
  switch (compared_by) {
    case Operator::kEqual:
      return order == 0;
    case Operator::kNotEqual:
      return order != 0;
    case Operator::kLess:
      return order < 0;
    case Operator::kLessEqual:
      return order <= 0;
    case Operator::kGreater:
      return order > 0;
    case Operator::kGreaterEqual:
      return order >= 0;
    default:
      HAKI_ASSERT(false);
      return false;
  }
}

Value finite_or_empty(double number) { return std::isfinite(number) ? Value(number) : Value(std::string()); }

// Integers stay integers while they fit and nothing is divided.
Value calculate(Operator by, const Value& left, const Value& right) {
  const auto left_number = number_of(left), right_number = number_of(right);
  if (!left_number || !right_number) return std::string();
  const auto* a = std::get_if<std::int64_t>(&*left_number);
  const auto* b = std::get_if<std::int64_t>(&*right_number);
  if (a && b) {
    std::int64_t result = 0;
    if (by == Operator::kAdd && !__builtin_add_overflow(*a, *b, &result)) return result;
    if (by == Operator::kSubtract && !__builtin_sub_overflow(*a, *b, &result)) return result;
    if (by == Operator::kMultiply && !__builtin_mul_overflow(*a, *b, &result)) return result;
    if (by == Operator::kModulo) {
      if (*b == 0) return std::string();
      return *b == -1 ? std::int64_t{0} : *a % *b;  // the smallest integer % -1 would trap
    }
  }
  double x = 0, y = 0;
  HAKI_ASSERT(as_number(*left_number, x) && as_number(*right_number, y));
  switch (by) {
    case Operator::kAdd:
      return finite_or_empty(x + y);
    case Operator::kSubtract:
      return finite_or_empty(x - y);
    case Operator::kMultiply:
      return finite_or_empty(x * y);
    case Operator::kDivide:
      return finite_or_empty(x / y);
    case Operator::kModulo:
      return finite_or_empty(std::fmod(x, y));
    default:
      HAKI_ASSERT(false);
      return std::string();
  }
}

bool is_true(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return !text->empty();
  if (const auto* link = std::get_if<RecordId>(&value)) return !link->is_zero();
  double number = 0;
  return as_number(value, number) && number != 0 && !std::isnan(number);
}

bool is_true(const Sequence& sequence) {
  return std::ranges::any_of(sequence, [](const Value& value) { return is_true(value); });
}

Value first_of(const Sequence& sequence) { return sequence.empty() ? Value(std::string()) : sequence.front(); }

// Whether `test` holds for any pair of texts; an empty sequence is the empty text.
template <typename Test>
bool any_pair(const Sequence& left, const Sequence& right, Test test) {
  const Sequence empty{Value(std::string())};
  for (const Value& a : left.empty() ? empty : left) {
    for (const Value& b : right.empty() ? empty : right) {
      if (test(a, b)) return true;
    }
  }
  return false;
}

class Evaluator {
 public:
  explicit Evaluator(const Names& names) : names_(names) {}

  Sequence evaluate(const Node& node) const {
    switch (node.kind) {
      case Kind::kConstant:
        return {node.constant};
      case Kind::kName:
        return names_.values(node.name);
      case Kind::kOr:
        return {std::ranges::any_of(node.operands, [this](const Node& n) { return is_true(evaluate(n)); })};
      case Kind::kAnd:
        return {std::ranges::all_of(node.operands, [this](const Node& n) { return is_true(evaluate(n)); })};
      case Kind::kCompare:
        return {compare(node)};
      case Kind::kArithmetic:
        return {arithmetic(node)};
      case Kind::kNegate:
        return {calculate(Operator::kSubtract, std::int64_t{0}, first_of(evaluate(node.operands[0])))};
      case Kind::kCall:
        return call(node);
    }
    HAKI_ASSERT(false);
    return {};
  }

 private:
  bool compare(const Node& node) const {
    return any_pair(evaluate(node.operands[0]), evaluate(node.operands[1]),
                    [&node](const Value& left, const Value& right) {
                      const auto order = order_of(left, right);
                      return order && satisfies(node.operators[0], *order);
                    });
  }

  Value arithmetic(const Node& node) const {
    Value result = first_of(evaluate(node.operands[0]));
    for (std::size_t i = 0; i < node.operators.size(); ++i) {
      result = calculate(node.operators[i], result, first_of(evaluate(node.operands[i + 1])));
    }
    return result;
  }

  Sequence call(const Node& node) const {
    const auto argument = [&](std::size_t i) { return evaluate(node.operands[i]); };
    switch (node.function) {
      case Function::kNot:
        return {!is_true(argument(0))};
      case Function::kContains:
        return {any_pair(argument(0), argument(1), [](const Value& text, const Value& part) {
          return to_text(text).find(to_text(part)) != std::string::npos;
        })};
      case Function::kStartsWith:
        return {any_pair(argument(0), argument(1), [](const Value& text, const Value& part) {
          return to_text(text).starts_with(to_text(part));
        })};
      case Function::kSelected: {
        const Sequence chosen = argument(0);
        return {!chosen.empty() && any_pair(chosen, argument(1), [](const Value& value, const Value& code) {
          return to_text(value) == to_text(code);
        })};
      }
      case Function::kCount:
        return {static_cast<std::int64_t>(argument(0).size())};
      case Function::kStringLength:
        return {static_cast<std::int64_t>(character_count(to_text(first_of(argument(0)))))};
      case Function::kToday:
        return {names_.today()};
      case Function::kTrue:
        return {true};
      case Function::kFalse:
        return {false};
      case Function::kIf:
        return is_true(argument(0)) ? argument(1) : argument(2);
    }
    HAKI_ASSERT(false);
    return {};
  }

  const Names& names_;
};

void collect_names(const Node& node, std::vector<std::string>& names) {
  if (node.kind == Kind::kName && std::ranges::find(names, node.name) == names.end()) names.push_back(node.name);
  for (const Node& operand : node.operands) collect_names(operand, names);
}

bool calls(const Node& node, Function function) {
  if (node.kind == Kind::kCall && node.function == function) return true;
  return std::ranges::any_of(node.operands, [function](const Node& operand) { return calls(operand, function); });
}

void collect_equalities(const Node& node, std::vector<Expression::Equality>& equalities) {
  if (node.kind == Kind::kAnd) {
    for (const Node& operand : node.operands) collect_equalities(operand, equalities);
    return;
  }
  const bool equals = node.kind == Kind::kCompare && node.operators[0] == Operator::kEqual;
  const bool selected = node.kind == Kind::kCall && node.function == Function::kSelected;
  if (!equals && !selected) return;
  const Node* name = &node.operands[0];
  const Node* constant = &node.operands[1];
  if (name->kind == Kind::kConstant) std::swap(name, constant);
  if (name->kind != Kind::kName || constant->kind != Kind::kConstant) return;
  if (constant->constant == Value(std::string())) return;
  equalities.push_back({name->name, constant->constant});
}

}  // namespace

bool read_plain_number(std::string_view text, Value& number) {
  if (text.size() > 400) return false;
  std::string_view digits = text;
  if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
  const std::size_t point = digits.find('.');
  const std::string_view whole = digits.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view("0") : digits.substr(point + 1);
  const auto is_digits = [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!is_digits(whole) || !is_digits(fraction)) return false;

  if (text.starts_with('+')) text.remove_prefix(1);
  if (point == std::string_view::npos) {
    std::int64_t integer = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), integer).ec == std::errc())
      return number = integer, true;
  }
  double decimal = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), decimal, std::chars_format::fixed);
  // Too small for a double reads as zero, too large is refused.
  if (read.ec != std::errc() && std::ranges::find_if(whole, [](char c) { return c != '0'; }) != whole.end())
    return false;
  if (read.ec != std::errc()) decimal = 0;
  number = decimal == 0 ? 0.0 : decimal;  // one zero only: decimals are compared by their bits
  return true;
}

bool Expression::holds(const Names& names) const { return is_true(Evaluator(names).evaluate(*root_)); }

Value Expression::evaluate(const Names& names) const { return first_of(Evaluator(names).evaluate(*root_)); }

std::vector<std::string> Expression::names_used() const {
  std::vector<std::string> names;
  collect_names(*root_, names);
  return names;
}

bool Expression::reads_today() const { return calls(*root_, Function::kToday); }

std::vector<Expression::Equality> Expression::required_equalities() const {
  std::vector<Equality> equalities;
  collect_equalities(*root_, equalities);
  return equalities;
}

}  // namespace haki::model
