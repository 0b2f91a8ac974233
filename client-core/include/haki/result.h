// How every call of Haki answers: a value, or an Error that says what happened in words its reader can act on.
//
// Result has the method names of std::expected (C++23), which g++ 12 lacks, so that it can be swapped in later.
// Nothing here throws; taking the value of a failed result ends the process (a bug in the caller, not an input error).
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace haki {

// Why something failed. Closed: add here, and to retryable() and code_name(), or it does not compile.
enum class Code {
  kInvalid,       // an argument or a file is not what was asked for
  kNotFound,      // no such record, form, member, file
  kExists,        // it is there already
  kWrongKey,      // wrong passphrase, or a key that does not fit
  kDamaged,       // bytes that were ours have changed: truncated, flipped, replaced
  kWrongVersion,  // made by another version than this one can read
  kDiskFull,      // no space left; what was committed is intact
  kReadOnly,      // the place cannot be written
  kIo,            // the operating system refused in another way
  kBusy,          // another process has it; trying again may help
  kNetwork,       // no answer from the server
  kRefused,       // the server answered no, and why
  kUntrusted,     // a signature, chain, certificate or proof does not hold
  kNotAdmitted,   // the coalition does not know this device yet
  kRemoved,       // this device was removed from the coalition
  kTooLarge,      // above a bound of limits.h
  kHeld,          // waits for a key or a newer version
  kDenied,        // the role does not allow it
  kUnsupported,   // a later version brings it
  kStopped,       // the caller asked for it; what was done till then is kept
};

// True where the same call may succeed later without anybody changing anything.
constexpr bool retryable(Code code) { return code == Code::kBusy || code == Code::kNetwork || code == Code::kHeld || code == Code::kStopped; }

// The stable name for machine output and for reports, e.g. "disk_full".
std::string_view code_name(Code code);

// What went wrong. `message` is a sentence or two for a field officer: what happened, to what, what to do next.
// It never holds a passphrase, a key or the content of a record.
struct Error {
  Code code = Code::kInvalid;
  std::string message;

  // The same error with a beginning that says where: "row 12: ...".
  Error within(std::string_view where) const { return {code, std::string(where) + ": " + message}; }
};

struct Unit {};

template <typename T = Unit>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result() requires std::is_default_constructible_v<T> : value_(std::in_place) {}
  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const { return value_.has_value(); }
  explicit operator bool() const { return has_value(); }

  T& value() & { return check(), *value_; }
  const T& value() const& { return check(), *value_; }
  T&& value() && { return check(), std::move(*value_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T value_or(T other) const& { return has_value() ? value() : std::move(other); }

  // Precondition: !has_value().
  const Error& error() const& {
    if (has_value()) std::abort();
    return error_;
  }

 private:
  void check() const {
    if (!has_value()) std::abort();
  }
  std::optional<T> value_;  // beside the error, not in a variant with it: a tenth less object code
  Error error_;             // meant only where there is no value
};

}  // namespace haki

// Leaves the function with the error of `expression`, if it has one.
#define HAKI_TRY(expression)                                              \
  do {                                                                    \
    if (auto haki_try_ = (expression); !haki_try_) return haki_try_.error(); \
  } while (false)

#define HAKI_CONCAT_(a, b) a##b
#define HAKI_CONCAT(a, b) HAKI_CONCAT_(a, b)
// HAKI_ASSIGN(auto row, read_row()): declares `row`, or leaves with the error.
#define HAKI_ASSIGN(declaration, expression) HAKI_ASSIGN_(HAKI_CONCAT(haki_result_, __LINE__), declaration, expression)
#define HAKI_ASSIGN_(result, declaration, expression) \
  auto result = (expression);                         \
  if (!result) return result.error();                 \
  declaration = std::move(*result)
