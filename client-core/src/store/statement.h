// One prepared SQL statement in use: bind, step, read columns. Made by Database::prepare, which keeps the compiled form
// for the next who prepares the same text; the destructor gives it back, reset and unbound.
//
// A failure to prepare or bind is kept and returned by step() or run(), so that callers check once.
// Not copied; must not outlive its Database; one thread at a time.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::store {

struct StatementSlot;  // the compiled form, owned by the database's cache

enum class ColumnType { kInteger, kReal, kText, kBlob, kNull };

class Statement {
 public:
  explicit Statement(StatementSlot* slot) : slot_(slot) {}
  explicit Statement(Error error) : failure_(std::make_unique<Error>(std::move(error))) {}
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Parameters from 1. Text and blobs are copied, so temporaries may be bound.
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, double value);
  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, ByteView blob);
  Statement& bind(int parameter, std::nullptr_t);
  template <std::integral T>
  Statement& bind(int parameter, T value) {
    return bind(parameter, static_cast<std::int64_t>(value));
  }
  Statement& bind(int parameter, const char* text) { return bind(parameter, std::string_view(text)); }
  template <typename T>
  Statement& bind(int parameter, const std::optional<T>& value) {
    return value ? bind(parameter, *value) : bind(parameter, nullptr);
  }
  // Binds the values to parameters 1, 2, 3...
  template <typename... Values>
  Statement& bind_all(const Values&... values) {
    int parameter = 0;
    (bind(++parameter, values), ...);
    return *this;
  }

  // True: a row is there to be read. False: there is none (any more); the statement is reset, its bindings stay.
  Result<bool> step();
  // Steps to the end, for statements that return nothing of interest.
  Result<> run();
  // Ready to step again with the same bindings.
  void reset();

  // How many columns a row has.
  int columns() const;
  // Columns from 0 of the current row. Views stay valid until the next step, reset or the statement's end.
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  ByteView blob(int column) const;
  ColumnType type(int column) const;
  bool is_null(int column) const { return type(column) == ColumnType::kNull; }
  // A column that holds a fixed-size id; zeros where it has another length.
  template <typename Id>
  Id id(int column) const {
    return Id::from(blob(column)).value_or(Id{});
  }

 private:
  Statement& keep(int outcome);

  StatementSlot* slot_ = nullptr;
  std::unique_ptr<Error> failure_;
};

}  // namespace haki::store
