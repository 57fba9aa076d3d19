#pragma once
#include <mutex>
#include <utility>
#include <vector>

/// A hand-over from any thread to the loop: put wakes it, take empties.
namespace attune::shell {

/// Threading: put() from any thread, take() from the loop's.
template <class T>
class Mailbox {
 public:
  void put(T item) {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(item));
  }
  [[nodiscard]] std::vector<T> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(items_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<T> items_;
};

}  // namespace attune::shell
