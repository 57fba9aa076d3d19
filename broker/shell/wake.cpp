#include "broker/shell/wake.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>

namespace attune::shell {

Wake::Wake() {
  sigset_t mine;
  sigemptyset(&mine);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&mine, signal);
  pthread_sigmask(SIG_BLOCK, &mine, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  event_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  signals_ = signalfd(-1, &mine, SFD_NONBLOCK | SFD_CLOEXEC);
  if (event_ < 0 || signals_ < 0) std::abort();  // no descriptors at the very start
}

Wake::~Wake() {
  close(event_);
  close(signals_);
}

void Wake::ring() const noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(event_, &one, sizeof one);
}

Wake::Woken Wake::wait(std::chrono::milliseconds timeout, int other_fd) const {
  std::array<pollfd, 3> watched = {
      {{event_, POLLIN, 0}, {signals_, POLLIN, 0}, {other_fd, POLLIN, 0}}};
  const auto millis = std::clamp<std::int64_t>(timeout.count(), 0, 60'000);
  poll(watched.data(), watched.size(), static_cast<int>(millis));
  std::uint64_t count = 0;
  if ((watched[0].revents & POLLIN) != 0) {
    [[maybe_unused]] const auto drained = read(event_, &count, sizeof count);
  }
  Woken woken;
  signalfd_siginfo info{};
  while ((watched[1].revents & POLLIN) != 0 && read(signals_, &info, sizeof info) == sizeof info) {
    (info.ssi_signo == SIGHUP ? woken.reload : woken.stop) = true;
  }
  woken.other = (watched[2].revents & POLLIN) != 0;
  return woken;
}

}  // namespace attune::shell
