#include "tests/bench/e2e/answerer.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <mqtt/async_client.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "tests/bench/e2e/durable_floor.h"
#include "tests/bench/e2e/home.h"
#include "tests/bench/e2e/process.h"

namespace attune::bench {
namespace {

constexpr int kInFlightMax = 1'024;

bool is_line_to(int fd, std::uint16_t port) {
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  return getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) == 0 &&
         peer.sin_family == AF_INET && ntohs(peer.sin_port) == port;
}

/// Paho leaves Nagle's algorithm on and has no option for it.
void set_no_delay(std::uint16_t port) {
  DIR* folder = opendir("/proc/self/fd");
  int changed = 0;
  while (const dirent* entry = readdir(folder)) {
    const int fd = std::atoi(entry->d_name);
    const int on = 1;
    if (!is_line_to(fd, port)) continue;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0) ++changed;
  }
  closedir(folder);
  if (changed != 1) die("Paho's socket was not found");
}

using Answer = std::function<void(Publish)>;

void answer_one(const Answer& answer, const mqtt::message& message) {
  const auto& topic = message.get_topic_ref();
  const auto& payload = message.get_payload_ref();
  auto command = command_for({topic.data(), topic.size()}, {payload.data(), payload.size()});
  if (command) answer(std::move(*command));
}

/// A thread that does its work with what it is handed, in order.
class Worker {
 public:
  explicit Worker(Answer work) : work_(std::move(work)), thread_([this] { run(); }) {}
  ~Worker() {
    hand({});
    thread_.join();
  }
  void hand(Publish what) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(what));
    }
    changed_.notify_one();
  }

 private:
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !waiting_.empty(); });
      Publish what = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      if (what.topic.empty()) return;
      work_(std::move(what));
    }
  }

  Answer work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Publish> waiting_;
  std::thread thread_;
};

void serve(mqtt::async_client& client, std::uint16_t port, const Answer& answer) {
  mqtt::connect_options options;
  options.set_mqtt_version(MQTTVERSION_5);
  options.set_clean_start(true);
  options.set_max_inflight(kInFlightMax);
  client.set_message_callback(
      [&answer](const mqtt::const_message_ptr& message) { answer_one(answer, *message); });
  client.connect(options)->wait();
  set_no_delay(port);
  client.subscribe(kStateFilter, 1, mqtt::subscribe_options(true))->wait();
  client.publish(kStatusTopic, std::string(kOnline), 1, true)->wait();
}

/// `made(client)` gives what answers; it lives until SIGTERM.
template <class F>
int live(std::uint16_t port, F made) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  try {
    mqtt::async_client client("tcp://127.0.0.1:" + std::to_string(port), "answerer",
                              mqtt::create_options(MQTTVERSION_5, kInFlightMax + 16), nullptr);
    const auto answering = made(client);
    serve(client, port, [&answering](Publish command) { answering(std::move(command)); });
    int signal = 0;
    sigwait(&stop, &signal);
    client.disconnect()->wait();
  } catch (const std::exception& error) {
    die(error.what());
  }
  return 0;
}

auto publish_with(mqtt::async_client& client) {
  return [&client](const Publish& what) { client.publish(what.topic, what.payload, 1, false); };
}

}  // namespace

int answer(std::uint16_t port) {
  return live(port, [](mqtt::async_client& client) { return publish_with(client); });
}

int answer_durably(std::uint16_t port, const std::string& folder) {
  DurableFloor floor(folder + "/answers.mdb");
  return live(port, [&](mqtt::async_client& client) {
    auto sender = std::make_shared<Worker>(publish_with(client));
    auto committer = std::make_shared<Worker>([&floor, sender](Publish what) {
      [[maybe_unused]] const double took = floor.commit();
      sender->hand(std::move(what));
    });
    return [committer](Publish what) { committer->hand(std::move(what)); };
  });
}

}  // namespace attune::bench
