#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <thread>

#include "tests/e2e/link_peer.h"

/// The embedded broker: the real Mosquitto as our child.
namespace attune::e2e {
namespace {

class MosquittoTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!mosquitto_is_here()) GTEST_SKIP() << "/usr/sbin/mosquitto is not installed";
  }

  static bool poll_until_ready(embedded::Mosquitto& broker) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (broker.status().state != embedded::ChildState::ready) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(2ms);
      broker.poll();
    }
    return true;
  }

  [[nodiscard]] std::string database() const {
    return options_.state_dir + "/mosquitto/mosquitto.db";
  }

  TempFolder folder_;
  embedded::MosquittoOptions options_ = broker_options(folder_.path());
};

bool is_gone(pid_t pid) {
  return kill(pid, 0) != 0;
}

TEST_F(MosquittoTest, IsStartedAgainWhenItWasKilled) {
  embedded::Mosquitto broker(options_);
  ASSERT_TRUE(broker.start(10s).ok());
  const pid_t first = broker.pid();
  const std::string numbering = broker.incarnation();
  kill(first, SIGKILL);
  ASSERT_TRUE(embedded::wait_ended(broker.pid_fd(), 10s));
  broker.poll();
  EXPECT_EQ(broker.status().state, embedded::ChildState::waiting);
  EXPECT_NE(broker.status().reason.find("signal 9"), std::string::npos);
  ASSERT_TRUE(poll_until_ready(broker));
  EXPECT_NE(broker.pid(), first);
  EXPECT_EQ(broker.status().starts, 2u);
  EXPECT_NE(broker.incarnation(), numbering) << "it did not save";
}

TEST_F(MosquittoTest, ItsNumberingGoesOnOverAnEndInOrder) {
  std::string numbering;
  std::string device_password;
  {
    embedded::Mosquitto broker(options_);
    ASSERT_TRUE(broker.start(10s).ok());
    numbering = broker.incarnation();
    device_password = broker.device().password;
    broker.stop(10s);
    EXPECT_EQ(broker.pid(), 0);
  }
  embedded::Mosquitto again(options_);
  ASSERT_TRUE(again.start(10s).ok());
  EXPECT_EQ(again.incarnation(), numbering);
  EXPECT_EQ(again.device().password, device_password);
}

TEST_F(MosquittoTest, ADatabaseThatStopsItIsPutAside) {
  for (const std::string& bytes : {std::string(5'000, '\0'), std::string(5'000, 'x')}) {
    std::filesystem::create_directories(options_.state_dir + "/mosquitto");
    std::ofstream(database(), std::ios::binary) << bytes;
    chmod(database().c_str(), 0644);
    embedded::Mosquitto broker(options_);
    const Status started = broker.start(10s);
    ASSERT_TRUE(started.ok()) << started.error().message;
    EXPECT_EQ(broker.status().databases_aside, 1u);
    broker.stop(10s);
  }
}

TEST_F(MosquittoTest, SaysWhoHasThePort) {
  embedded::Mosquitto first(options_);
  ASSERT_TRUE(first.start(10s).ok());
  TempFolder elsewhere;
  embedded::MosquittoOptions same_port = broker_options(elsewhere.path());
  same_port.port = options_.port;
  embedded::Mosquitto second(same_port);
  const Status started = second.start(10s);
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message.find(std::to_string(options_.port)), std::string::npos);
  EXPECT_NE(started.error().message.find("mqtt.url: mqtt://127.0.0.1:"), std::string::npos);
  if (geteuid() == 0) {
    EXPECT_NE(started.error().message.find("mosquitto (pid "), std::string::npos)
        << started.error().message;
  }
}

TEST_F(MosquittoTest, SaysHowToGetAMissingOne) {
  options_.binary = "/nonexistent/mosquitto";
  const Status started = embedded::Mosquitto(options_).start(1s);
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message.find("apt-get install mosquitto"), std::string::npos);
}

TEST_F(MosquittoTest, SaysWhatStopsIt) {
  embedded::Mosquitto broker(options_);
  options_.run_dir = "/proc/no-such";
  const Status started = embedded::Mosquitto(options_).start(1s);
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message.find("/proc/no-such"), std::string::npos);
}

/// Runs as a process of its own, and is killed: see below.
TEST(MosquittoVictim, DISABLED_HoldsABrokerUntilKilled) {
  embedded::MosquittoOptions options;
  options.run_dir = std::getenv("ATTUNE_VICTIM_RUN");
  options.state_dir = std::getenv("ATTUNE_VICTIM_STATE");
  options.port = static_cast<std::uint16_t>(std::atoi(std::getenv("ATTUNE_VICTIM_PORT")));
  embedded::Mosquitto broker(options);
  ASSERT_TRUE(broker.start(10s).ok());
  for (;;) pause();
}

class KilledParentTest : public MosquittoTest {
 protected:
  /// Starts the victim and answers the pid of its broker once that answers; 0: it never did.
  pid_t start_victim() {
    setenv("ATTUNE_VICTIM_RUN", options_.run_dir.c_str(), 1);
    setenv("ATTUNE_VICTIM_STATE", options_.state_dir.c_str(), 1);
    setenv("ATTUNE_VICTIM_PORT", std::to_string(options_.port).c_str(), 1);
    const auto started = embedded::start_child(
        {"/proc/self/exe", "--gtest_also_run_disabled_tests", "--gtest_filter=MosquittoVictim.*"},
        embedded::Account{}, folder_.path() + "/victim.log");
    victim_ = started ? *started : 0;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!embedded::port_answers("127.0.0.1", options_.port)) {
      if (std::chrono::steady_clock::now() > deadline) return 0;
      std::this_thread::sleep_for(5ms);
    }
    return std::atoi(embedded::read_text(options_.run_dir + "/mosquitto.pid").c_str());
  }
  void kill_victim() const {
    kill(victim_, SIGKILL);
    waitpid(victim_, nullptr, 0);
  }
  pid_t victim_ = 0;
};

TEST_F(KilledParentTest, TheBrokerEndsWithUsInOrder) {
  const pid_t child = start_victim();
  ASSERT_GT(child, 1);
  const int pid_fd = embedded::open_pid_fd(child);
  ASSERT_GE(pid_fd, 0);
  kill_victim();
  EXPECT_TRUE(embedded::wait_ended(pid_fd, 10s));
  close(pid_fd);
  EXPECT_TRUE(std::filesystem::exists(database())) << "SIGTERM: it saved";
}

TEST_F(KilledParentTest, ALeftOverIsFoundAndEnded) {
  embedded::Mosquitto broker(options_);
  const pid_t child = start_victim();
  ASSERT_GT(child, 1);
  kill(child, SIGSTOP);  // so that it outlives its parent
  kill_victim();
  ASSERT_FALSE(is_gone(child));
  std::thread waker([child] {
    std::this_thread::sleep_for(100ms);
    kill(child, SIGCONT);
  });
  const Status started = broker.start(10s);
  waker.join();
  EXPECT_TRUE(started.ok()) << started.error().message;
  EXPECT_NE(broker.pid(), child);
}

TEST_F(MosquittoTest, AForeignProcessOfThatPidIsLeftAlone) {
  std::ofstream(options_.run_dir + "/mosquitto.pid") << getppid() << "\n";
  embedded::Mosquitto broker(options_);
  EXPECT_TRUE(broker.start(10s).ok());
  EXPECT_FALSE(is_gone(getppid()));
}

TEST_F(MosquittoTest, ABurstPassesABrokerThatTakesTwentyAtOnce) {
  const std::string configuration = folder_.path() + "/plain.conf";
  std::ofstream(configuration) << "listener " << options_.port << " 127.0.0.1\n"
                               << "allow_anonymous true\nuser root\n";
  const auto started = embedded::start_child({options_.binary, "-c", configuration},
                                             embedded::Account{}, folder_.path() + "/plain.log");
  ASSERT_TRUE(started.ok());
  link::LinkOptions options;
  options.url = "mqtt://127.0.0.1:" + std::to_string(options_.port);
  options.node = "burst";
  options.backoff_min = 10ms;
  options.backoff_max = 50ms;
  {
    Peer peer(folder_.path() + "/ring", options);
    ASSERT_TRUE(peer.connect());
    std::vector<link::Parcel> parcels;
    for (std::uint64_t i = 1; i <= 1'000; ++i) {
      parcels.push_back(parcel("home/x", "1"));
      parcels.back().commands = {CommandId{i}};
    }
    ASSERT_TRUE(peer.link().publish(std::move(parcels)));
    std::size_t sent = 0;
    EXPECT_TRUE(peer.turn_until([&] {
      // More would lie in Paho, whose sending thread does not wake when room comes back.
      EXPECT_LE(peer.link().status().in_flight, 20u);
      sent += peer.link().take_reports().sent.size();
      return sent == 1'000;
    }));
  }
  kill(*started, SIGTERM);
  waitpid(*started, nullptr, 0);
}

}  // namespace
}  // namespace attune::e2e
