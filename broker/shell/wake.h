#pragma once
#include <chrono>

/// How the loop sleeps: until somebody writes its eventfd, a signal comes, a child ends, or time.
namespace attune::shell {

/// Threading: ring() from any thread, the rest from the loop's.
class Wake {
 public:
  /// Blocks SIGINT, SIGTERM and SIGHUP in this thread and all that it starts later, to be read
  /// here instead; ignores SIGPIPE. Make it before any thread.
  Wake();
  ~Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  [[nodiscard]] int fd() const { return event_; }
  void ring() const noexcept;

  struct Woken {
    bool stop = false;    ///< SIGINT or SIGTERM
    bool reload = false;  ///< SIGHUP
    bool other = false;   ///< `other_fd` is readable
  };
  /// Waits at most `timeout`. `other_fd` may be -1.
  [[nodiscard]] Woken wait(std::chrono::milliseconds timeout, int other_fd) const;

 private:
  int event_ = -1;
  int signals_ = -1;
};

}  // namespace attune::shell
