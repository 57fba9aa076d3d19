#pragma once
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>

/// Success or a reason, without exceptions across folders.
namespace attune {

/// Why something could not be done. `code` is stable and for programs, `message` tells people
/// where, what, and what to do.
struct Error {
  std::string code;
  std::string message;
};

/// A T, or the Error that stood in its way. Reading the wrong one stops the process.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : data_(std::move(value)) {}      // NOLINT: `return value;`
  Result(Error error) : data_(std::move(error)) {}  // NOLINT: `return Error{..};`
  [[nodiscard]] bool ok() const { return data_.index() == 0; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] T& operator*() { return *checked(std::get_if<0>(&data_)); }
  [[nodiscard]] const T& operator*() const { return *checked(std::get_if<0>(&data_)); }
  [[nodiscard]] T* operator->() { return &**this; }
  [[nodiscard]] const T* operator->() const { return &**this; }
  [[nodiscard]] const Error& error() const { return *checked(std::get_if<1>(&data_)); }

 private:
  template <class P>
  static P* checked(P* p) {
    if (p == nullptr) std::abort();
    return p;
  }
  std::variant<T, Error> data_;
};

/// Success without a value, or an Error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT: `return Error{..};`
  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const { return error_.value(); }

 private:
  std::optional<Error> error_;
};

}  // namespace attune
