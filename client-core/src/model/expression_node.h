// The tree that expression_parser.cc builds and expression.cc evaluates. Chains of one precedence are one flat node, so
// that the depth of the tree, and of every recursion over it, follows the nesting a person wrote and not the length.
#pragma once

#include <string>
#include <vector>

#include "model/expression.h"

namespace haki::model {

enum class Operator {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo
};

enum class Function { kNot, kContains, kStartsWith, kSelected, kCount, kStringLength, kToday, kTrue, kFalse, kIf };

struct Expression::Node {
  // kCompare has two operands and one operator; kArithmetic n operands and n-1 operators between them, of one
  // precedence.
  enum class Kind { kConstant, kName, kOr, kAnd, kCompare, kArithmetic, kNegate, kCall };
  Kind kind = Kind::kConstant;
  Value constant;
  std::string name;
  Function function = Function::kNot;
  std::vector<Node> operands;
  std::vector<Operator> operators;
};

// Whole plain number (optional sign, digits, optional point and digits), as an integer where it is one and fits.
// False where the text is anything else.
bool read_plain_number(std::string_view text, Value& number);

}  // namespace haki::model
