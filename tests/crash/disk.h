#pragma once
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/recorder.h"

/// A disk with a cache: what is durable, what only waits, and what a power cut makes of both.
namespace attune::crash {

inline constexpr std::uint64_t kSectorBytes = 512;  ///< written whole or not at all

/// Which flushes are taken as if they had never happened: a program that skips them.
struct Skip {
  bool files = false;    ///< fsync and fdatasync of files
  bool writes = false;   ///< of what goes through a descriptor with O_DSYNC
  bool folders = false;  ///< fsync of folders
};

/// Of what waits: which reaches the disk before the power is cut.
struct Cut {
  std::vector<bool> sectors;                       ///< in order of Disk's waiting sectors
  std::map<std::uint32_t, std::uint64_t> lengths;  ///< of each file
  std::size_t names = 0;                           ///< as many waiting names, oldest first
  friend auto operator<=>(const Cut&, const Cut&) = default;
};

/// Fed with events in order. Anything that was not flushed may be lost or kept, alone or with
/// others, sector by sector; names are made durable in order, as by a journal.
///
/// Determinism: the same events and the same random numbers give the same cuts.
class Disk {
 public:
  explicit Disk(Skip skip) : skip_(skip) {}
  void apply(const Event& event);

  /// How many pieces wait, each of which may be lost or kept.
  [[nodiscard]] std::size_t waiting() const { return sectors_.size() + names_.size(); }
  /// One way in which the power can be cut now.
  [[nodiscard]] Cut cut(std::mt19937_64& dice) const;
  /// Nothing is cut: all that waits is kept.
  [[nodiscard]] Cut nothing_lost() const;
  /// Makes below `folder`, which is empty, what is found after `cut`.
  void build(const Cut& cut, const std::string& folder) const;

 private:
  struct File {
    std::string bytes;                   ///< durable, up to the last byte that was ever written
    std::uint64_t length = 0;            ///< durable
    std::vector<std::uint64_t> lengths;  ///< that wait, oldest first
  };
  struct Sector {
    std::uint32_t file;
    std::size_t write;  ///< sectors of one write have the same
    std::uint64_t at;
    std::string bytes;
  };
  using Names = std::map<std::string, std::uint32_t>;

  void write(const Event& event);
  void flush_file(std::uint32_t file);
  void flush_write();
  void flush_folder(const std::string& folder);
  void make_durable(const Sector& sector);
  static void rename(Names& names, const Event& event);
  [[nodiscard]] std::vector<bool> choose(std::mt19937_64& dice) const;
  [[nodiscard]] std::uint64_t end_of(std::uint32_t file, const std::vector<bool>& kept) const;

  Skip skip_;
  std::map<std::uint32_t, File> files_;
  std::vector<Sector> sectors_;  ///< that wait, oldest first
  Names durable_names_;          ///< folders have kFolder
  std::vector<Event> names_;     ///< changes of names that wait, oldest first
  std::size_t writes_ = 0;
  std::size_t last_write_begins_ = 0;  ///< in sectors_
};

}  // namespace attune::crash
