#pragma once
#include <memory>
#include <utility>

namespace attune {

/// A T that mostly is as it begins, T(): then it takes the space of a pointer and no more. Copies
/// are deep.
///
/// Threading: as T; reading changes nothing.
template <class T>
class Sparse {
 public:
  Sparse() = default;
  Sparse(const Sparse& other) : own_(other.own_ ? std::make_unique<T>(*other.own_) : nullptr) {}
  Sparse(Sparse&&) noexcept = default;
  Sparse& operator=(Sparse other) noexcept { return own_.swap(other.own_), *this; }
  ~Sparse() = default;

  [[nodiscard]] const T& operator*() const { return own_ ? *own_ : initial(); }
  [[nodiscard]] const T* operator->() const { return &**this; }
  /// To be changed: takes its own space from here on.
  [[nodiscard]] T& edit() { return own_ ? *own_ : *(own_ = std::make_unique<T>()); }
  /// The same as `value`; takes space at the first that is not as it began, and keeps it.
  void set(T value) {
    if (own_ || !(value == initial())) edit() = std::move(value);
  }

 private:
  static const T& initial() {
    static const T value{};
    return value;
  }

  std::unique_ptr<T> own_;
};

}  // namespace attune
