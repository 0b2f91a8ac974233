// The expressions of --where, constraints and defaults: `district = 'KE041' and total > 30`, a small part of XPath as
// XLSForm authors write it. Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "haki/result.h"
#include "haki/value.h"

namespace haki::model {

// What an expression reads. A name may have several values (a set field); none means empty.
class Names {
 public:
  virtual ~Names() = default;
  // All values of `name`; empty where it has none or the record has no such field.
  virtual std::vector<Value> values(std::string_view name) const = 0;
  virtual std::string today() const = 0;  // YYYY-MM-DD in the device's own time zone
};

// Parsed and checked. Grammar (lowest to highest): or · and · one of = != < <= > >= · + - · * div mod · unary - ·
// number, 'text', "text" (a quote inside is doubled), name, ${name}, . (the name "."), ( … ), and the functions not(x),
// contains(text, part), starts-with(text, part), selected(field, 'code'), count(field), string-length(text), today(),
// true(), false(), if(c, a, b). A bare name is a letter or "_", then letters, digits, "_"; others are written ${…}.
//
// Comparing a name that has several values holds if it holds for any of them; one without a value compares as the empty
// text (so `district = ''` finds records without a district, and `!= 'x'` finds them too). Text compares with text by
// bytes, case-sensitive; with a number as a number where the text reads as one, with a truth value where it reads
// yes/no/true/false, else the comparison is false. A link is the text of its 32 hexadecimal digits. Arithmetic on
// something that is no number, dividing by zero and leaving the range give the empty text, never NaN. A text holds if
// it is not empty, a number if not 0.
class Expression {
 public:
  // kInvalid says at which character what was expected; kTooLarge above 4,096 characters or 64 levels of parentheses,
  // function arguments and signs.
  static Result<Expression> parse(std::string_view text);

  bool holds(const Names& names) const;
  Value evaluate(const Names& names) const;
  // Every name it reads, each once, in order of first use: the caller says "no such field" before it runs.
  std::vector<std::string> names_used() const;
  bool reads_today() const;

  // Where the whole is a conjunction, its `name = 'constant'` and selected(name, 'constant') parts: what an index can
  // answer, when the constant's type is that of the field's values. The whole must still be checked on what the index
  // finds. An empty constant is left out, since it also stands for records that have no value.
  struct Equality {
    std::string name;
    Value constant;
  };
  std::vector<Equality> required_equalities() const;

  struct Node;

 private:
  explicit Expression(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;  // never null
};

}  // namespace haki::model
