#pragma once
#include <filesystem>
#include <random>
#include <string>

#include "store/codec.h"
#include "store/store.h"

/// Records and folders for the store's tests.
namespace attune::store {

/// An empty folder of its own, gone with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string data_file() const { return (path_ / "data.mdb").string(); }

 private:
  std::filesystem::path path_;
};

/// One record of each kind in which no field is at its default.
Identity sample_identity();
Position sample_position();
LogEntry sample_entry();
StateRow sample_state();
/// What format 1 kept of them.
[[nodiscard]] Change in_format_1(Change change);
[[nodiscard]] StateRow in_format_1(StateRow row);
Command sample_command();
Claim sample_claim();
Base sample_base();
RuleState sample_rule();
Timer sample_timer();
Blob sample_blob();

/// A change of hall_lamp.on.
Change change_at(std::uint64_t revision);
/// `changes` changes above `head`, at a time that tells the turn.
Turn turn_above(std::uint64_t head, std::uint64_t changes);
Command command_of(std::uint64_t id, CommandState state, const std::string& device = "hall_lamp");

/// Random records with few keys, so that they meet each other again.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  /// 0 .. below - 1
  std::uint64_t roll(std::uint64_t below) { return engine_() % below; }
  Value value();
  AttributePath path();
  Change change(Revision revision);
  Write write();
  Turn turn(Revision head);

 private:
  std::string word();
  Instant instant();
  Cause cause();
  Record record();
  StateRow state();
  Command command();
  Claim claim();
  RuleState rule();

  std::mt19937_64 engine_;
};

/// Compares all that a start sees; `what` tells which comparison failed.
void expect_same(const Recovered& a, const Recovered& b, const std::string& what);

}  // namespace attune::store
