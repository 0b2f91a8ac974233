// The expressions of --where, constraints and defaults: `district = 'KE041' and total > 30`, a small part of XPath as
// XLSForm authors write it. Pure.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
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

// Parsed and checked. Grammar (lowest to highest): or · and · = != < <= > >= · + - · * div mod · unary - ·
// number, 'text', "text", name, ${name}, . (the name "."), ( … ), and the functions not(x), contains(text, part),
// starts-with(text, part), selected(field, 'code'), count(field), string-length(text), today(), true(), false(), if(c, a, b).
// Comparing a name that has several values holds if it holds for any of them; one without a value compares as the empty text
// (so `district = ''` finds records without a district, and `!= 'x'` finds them too). Text compares with text by bytes,
// case-sensitive; with a number as a number where the text reads as one, else the comparison is false.
class Expression {
 public:
  // kInvalid says at which character what was expected. At most 4,096 characters and 64 levels deep.
  static Result<Expression> parse(std::string_view text);

  bool holds(const Names& names) const;
  Value evaluate(const Names& names) const;
  // Every name it reads, each once, in order of first use: the caller says "no such field" before it runs.
  std::vector<std::string> names_used() const;

  // Where the whole is a conjunction, its `name = 'constant'` parts: what an index can answer. The rest must still be checked.
  struct Equality { std::string name; Value constant; };
  std::vector<Equality> required_equalities() const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
};

}  // namespace haki::model
