#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "broker/shell/inbox/record.h"
#include "devices/model/result.h"
#include "store/store.h"

/// The inbox: a ring of records in a memory-mapped file, so that what the broker was told we have
/// survives `kill -9` without a flush.
///
/// File: one page of header (magic, format, ring id, capacity, CRC; the time of the last life
/// sign), then `capacity` bytes. A record is its absolute position, length, CRC32C (seeded with
/// the random ring id, so that no payload can pose as a record) and bytes, aligned to 16, never
/// split at the end. Its position is written last. Recovery believes no head word: it walks from
/// the committed position while position, length and CRC agree.
///
/// Threading: push() and mark_alive() from any thread (pushes exclude each other); everything
/// else from one consumer thread.
/// Errors: open() says "inbox" with what to do; nothing else fails.
namespace attune::inbox {

struct RingOptions {
  std::string path;                          ///< in the run folder (tmpfs)
  std::uint64_t capacity_bytes = 32u << 20;  ///< rounded up to pages; at least 64 KiB
  int wake_fd = -1;  ///< an eventfd, written when a record arrives and the consumer sleeps
};

class InboxRing {
 public:
  /// Opens the file and finds what `committed` has not covered yet. A file with another ring id,
  /// another capacity or a broken header is replaced by a new ring with a new id at position 0:
  /// commit position() before the link is started, else a crash loses what came in between.
  [[nodiscard]] static Result<std::unique_ptr<InboxRing>> open(
      const RingOptions& options, const std::optional<store::InboxPosition>& committed);
  ~InboxRing();
  InboxRing(const InboxRing&) = delete;
  InboxRing& operator=(const InboxRing&) = delete;

  enum class Push : std::uint8_t { done, full, too_large };
  /// Copies the record in. Waits at most `wait` for room. What takes more than a quarter of the
  /// ring is too large. Allocates nothing.
  [[nodiscard]] Push push(const Record& record, std::chrono::milliseconds wait) noexcept;

  /// The next record, in place: its views live until consumed() covers it. Empty: none now.
  [[nodiscard]] std::optional<Record> next() noexcept;
  /// Where next() will read: what a transaction commits that holds the effects so far.
  [[nodiscard]] store::InboxPosition position() const noexcept { return {id_, read_}; }
  /// Frees everything before `committed`, which a transaction holds. Never beyond position().
  void consumed(const store::InboxPosition& committed) noexcept;
  /// True when a quarter of the ring was read and not committed: commit now.
  [[nodiscard]] bool wants_commit() const noexcept;

  /// Consumer, before it waits on wake_fd. False: a record is there already, do not wait.
  [[nodiscard]] bool prepare_sleep() noexcept;

  /// Says that we were connected at this moment; last_alive() finds it after a crash.
  void mark_alive(const Stamp& at) noexcept;
  /// Empty in a new ring.
  [[nodiscard]] std::optional<Stamp> last_alive() const noexcept;

  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] bool created() const noexcept { return created_; }  ///< open() made a new ring
  /// Records found by open(): they came before this process, and are read first.
  [[nodiscard]] std::uint64_t recovered_records() const noexcept { return recovered_; }
  [[nodiscard]] std::uint64_t record_bytes_max() const noexcept { return capacity_ / 4; }
  [[nodiscard]] std::uint64_t used_bytes() const noexcept;  ///< between freed and written

 private:
  struct Header;
  struct Slot;
  InboxRing() = default;
  [[nodiscard]] Status map(const RingOptions& options);
  void start_new();
  [[nodiscard]] bool continues(const std::optional<store::InboxPosition>& committed) const noexcept;
  void walk(std::uint64_t from) noexcept;
  /// Bytes from `position` to the next one when a whole record or filler stands there, else 0.
  [[nodiscard]] std::uint64_t step_at(std::uint64_t position) const noexcept;
  [[nodiscard]] Slot& slot_at(std::uint64_t position) const noexcept;
  [[nodiscard]] std::uint64_t to_end(std::uint64_t position) const noexcept;
  [[nodiscard]] bool wait_for_room(std::uint64_t end, std::chrono::milliseconds wait) noexcept;
  void write_filler(std::uint64_t position) noexcept;
  void write_record(std::uint64_t position, const Record& record, std::uint32_t length) noexcept;
  void publish_head(std::uint64_t end) noexcept;
  void forget_pages(std::uint64_t before) noexcept;

  int file_ = -1;
  int wake_fd_ = -1;
  Header* header_ = nullptr;
  std::byte* data_ = nullptr;
  std::uint64_t capacity_ = 0;
  std::uint64_t id_ = 0;
  std::uint64_t recovered_ = 0;
  bool created_ = false;

  std::mutex producer_;                 ///< one push at a time
  std::atomic<std::uint64_t> head_{0};  ///< where the next record goes. Written by the producer
  std::uint64_t read_ = 0;              ///< consumer's. Invariant: freed_ <= read_ <= head_
  std::atomic<std::uint64_t> freed_{0};
  std::uint64_t forgotten_ = 0;  ///< pages before it were given back to the system
  std::atomic<bool> sleeping_{false};
  std::mutex room_mutex_;
  std::condition_variable room_;
};

}  // namespace attune::inbox
