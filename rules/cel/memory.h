#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "rules/cel/value.h"

namespace attune::cel {

/// What programs are made of: taken piece by piece, given back as a whole. The programs of one rule
/// set share one, so that a small program takes what its parts take and no more.
///
/// Threading: owned by who compiles; what was made is read by anybody.
class Memory {
 public:
  Memory() = default;
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  /// Lives as long as the memory.
  template <class T, class... Arguments>
  [[nodiscard]] T* make(Arguments&&... arguments) {
    T* const made = new (take(sizeof(T), alignof(T))) T(std::forward<Arguments>(arguments)...);
    if constexpr (!std::is_trivially_destructible_v<T>) ends_.push_back({made, &end<T>});
    return made;
  }
  /// A copy that lives as long as the memory.
  template <class T>
  [[nodiscard]] std::span<const T> keep(const std::vector<T>& items) {
    static_assert(std::is_trivially_copyable_v<T>);
    T* const first = static_cast<T*>(take(items.size() * sizeof(T), alignof(T)));
    return {first, std::uninitialized_copy(items.begin(), items.end(), first)};
  }
  [[nodiscard]] std::string_view keep(std::string_view text);
  /// For who lays out objects without an end of their own, aligned as pointers are.
  [[nodiscard]] void* room(std::size_t bytes) { return take(bytes, alignof(void*)); }
  /// Of values that are computed while programs are made.
  [[nodiscard]] Arena& constants() { return constants_; }

 private:
  /// Of what does not end by itself.
  struct End {
    void* of;
    void (*run)(void*);
  };
  template <class T>
  static void end(void* of) {
    static_cast<T*>(of)->~T();
  }
  [[nodiscard]] void* take(std::size_t bytes, std::size_t alignment);

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  void* free_ = nullptr;
  std::size_t left_ = 0;         // bytes from free_ on
  std::size_t block_bytes_ = 0;  // of the last block
  std::vector<End> ends_;
  Arena constants_;
};

}  // namespace attune::cel
