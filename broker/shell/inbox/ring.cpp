#include "broker/shell/inbox/ring.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

#include "store/crc32c.h"

namespace attune::inbox {
namespace {

constexpr std::uint64_t kHeaderBytes = 4'096;
constexpr std::uint64_t kPage = 4'096;
constexpr std::uint64_t kCapacityMin = 64 * 1024;
constexpr std::uint64_t kAlign = 16;  // so that a slot always fits before the end
constexpr std::uint64_t kForgetBytes = 1 << 20;
constexpr std::uint32_t kFillerBit = 1u << 31;  // of Slot::length
constexpr char kMagic[8] = {'a', 't', 'n', 'i', 'n', 'b', 'o', 'x'};
constexpr std::uint32_t kFormat = 1;

std::uint64_t aligned(std::uint64_t bytes, std::uint64_t to) {
  return (bytes + to - 1) / to * to;
}

template <class T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

Error failure(const RingOptions& options, const std::string& what, int error) {
  const std::string advice = error == ENOSPC ? "; make room or set a smaller inbox" : "";
  return {"inbox", "inbox " + options.path + ": " + what + ": " + std::strerror(error) + advice};
}

std::uint64_t random_id() {
  std::uint64_t id = 0;
  while (id == 0) {
    if (getrandom(&id, sizeof id, 0) != sizeof id) std::abort();
  }
  return id;
}

}  // namespace

struct InboxRing::Header {
  char magic[8];
  std::uint32_t format;
  std::uint32_t crc;  ///< of magic, format, id and capacity
  std::uint64_t id;
  std::uint64_t capacity;
  std::int64_t alive_wall;  ///< both 0: no life sign yet
  std::int64_t alive_boot;

  [[nodiscard]] std::uint32_t sum() const {
    std::uint32_t crc_value = store::crc32c(0, {magic, sizeof magic});
    crc_value = store::crc32c(crc_value, bytes_of(format));
    crc_value = store::crc32c(crc_value, bytes_of(id));
    return store::crc32c(crc_value, bytes_of(capacity));
  }
};

/// What stands before every record.
struct InboxRing::Slot {
  std::uint64_t position;
  std::uint32_t length;  ///< of what follows; with kFillerBit: nothing does, until the ring's end
  std::uint32_t crc;     ///< of ring id, position, length and what follows

  [[nodiscard]] std::uint32_t sum(std::uint64_t ring, std::uint64_t at) const {
    std::uint32_t crc_value = store::crc32c(0, bytes_of(ring));
    crc_value = store::crc32c(crc_value, bytes_of(at));
    crc_value = store::crc32c(crc_value, bytes_of(length));
    return (length & kFillerBit) != 0 ? crc_value : store::crc32c(crc_value, body());
  }
  [[nodiscard]] std::string_view body() const {
    return {reinterpret_cast<const char*>(this + 1), length};
  }
};

Result<std::unique_ptr<InboxRing>> InboxRing::open(
    const RingOptions& options, const std::optional<store::InboxPosition>& committed) {
  std::unique_ptr<InboxRing> ring(new InboxRing);
  if (const Status mapped = ring->map(options); !mapped) return mapped.error();
  if (ring->continues(committed)) {
    ring->walk(committed->position);
  } else {
    ring->start_new();
  }
  return ring;
}

InboxRing::~InboxRing() {
  if (header_ != nullptr) munmap(header_, kHeaderBytes + capacity_);
  if (file_ >= 0) close(file_);
}

Status InboxRing::map(const RingOptions& options) {
  capacity_ = aligned(std::max(options.capacity_bytes, kCapacityMin), kPage);
  wake_fd_ = options.wake_fd;
  const auto bytes = static_cast<off_t>(kHeaderBytes + capacity_);
  file_ = ::open(options.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file_ < 0) return failure(options, "cannot be opened", errno);
  if (flock(file_, LOCK_EX | LOCK_NB) != 0) return failure(options, "is in use", errno);
  struct stat info {};
  if (fstat(file_, &info) != 0) return failure(options, "cannot be read", errno);
  if (info.st_size > bytes && ftruncate(file_, bytes) != 0) {
    return failure(options, "cannot be cut", errno);
  }
  // A sparse file would answer a full disk with SIGBUS in the callback.
  if (const int error = posix_fallocate(file_, 0, bytes); error != 0) {
    return failure(options, "has no room", error);
  }
  void* memory =
      mmap(nullptr, static_cast<std::size_t>(bytes), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (memory == MAP_FAILED) return failure(options, "cannot be mapped", errno);
  header_ = static_cast<Header*>(memory);
  data_ = static_cast<std::byte*>(memory) + kHeaderBytes;
  return {};
}

void InboxRing::start_new() {
  Header fresh{};
  std::memcpy(fresh.magic, kMagic, sizeof kMagic);
  fresh.format = kFormat;
  fresh.id = random_id();
  fresh.capacity = capacity_;
  fresh.crc = fresh.sum();
  *header_ = fresh;
  id_ = fresh.id;
  created_ = true;
}

bool InboxRing::continues(const std::optional<store::InboxPosition>& committed) const noexcept {
  return committed && std::memcmp(header_->magic, kMagic, sizeof kMagic) == 0 &&
         header_->format == kFormat && header_->capacity == capacity_ &&
         header_->crc == header_->sum() && header_->id == committed->ring &&
         committed->position % kAlign == 0;
}

void InboxRing::walk(std::uint64_t from) noexcept {
  id_ = header_->id;
  std::uint64_t end = from;
  while (const std::uint64_t step = step_at(end)) {
    if (end + step - from > capacity_) break;
    if ((slot_at(end).length & kFillerBit) == 0) ++recovered_;
    end += step;
  }
  freed_ = read_ = from;
  forgotten_ = from;
  head_ = end;
}

std::uint64_t InboxRing::step_at(std::uint64_t position) const noexcept {
  const Slot& slot = slot_at(position);
  const std::uint64_t left = to_end(position);
  if (slot.position != position) return 0;
  if ((slot.length & kFillerBit) != 0) return slot.crc == slot.sum(id_, position) ? left : 0;
  const std::uint64_t step = aligned(sizeof(Slot) + std::uint64_t{slot.length}, kAlign);
  if (step > record_bytes_max() || step > left) return 0;
  if (slot.crc != slot.sum(id_, position) || !decode(slot.body())) return 0;
  return step;
}

InboxRing::Slot& InboxRing::slot_at(std::uint64_t position) const noexcept {
  return *reinterpret_cast<Slot*>(data_ + position % capacity_);
}

std::uint64_t InboxRing::to_end(std::uint64_t position) const noexcept {
  return capacity_ - position % capacity_;
}

InboxRing::Push InboxRing::push(const Record& record, std::chrono::milliseconds wait) noexcept {
  const std::size_t length = encoded_bytes(record);
  const std::uint64_t step = aligned(sizeof(Slot) + length, kAlign);
  if (step > record_bytes_max()) return Push::too_large;
  const std::lock_guard lock(producer_);
  const std::uint64_t head = head_.load(std::memory_order_relaxed);
  const bool fits_before_end = step <= to_end(head);
  const std::uint64_t start = fits_before_end ? head : head + to_end(head);
  if (!wait_for_room(start + step, wait)) return Push::full;
  if (!fits_before_end) write_filler(head);
  write_record(start, record, static_cast<std::uint32_t>(length));
  publish_head(start + step);
  return Push::done;
}

bool InboxRing::wait_for_room(std::uint64_t end, std::chrono::milliseconds wait) noexcept {
  const auto has_room = [&] { return end - freed_.load() <= capacity_; };
  if (has_room()) return true;
  std::unique_lock lock(room_mutex_);
  return room_.wait_until(lock, std::chrono::steady_clock::now() + wait, has_room);
}

void InboxRing::write_filler(std::uint64_t position) noexcept {
  Slot& slot = slot_at(position);
  slot.length = kFillerBit;
  slot.crc = slot.sum(id_, position);
  std::atomic_ref(slot.position).store(position, std::memory_order_release);
}

void InboxRing::write_record(std::uint64_t position, const Record& record,
                             std::uint32_t length) noexcept {
  Slot& slot = slot_at(position);
  encode(record, reinterpret_cast<std::byte*>(&slot + 1));
  slot.length = length;
  slot.crc = slot.sum(id_, position);
  // Last: a record that was cut short by `kill -9` still carries another lap's position.
  std::atomic_ref(slot.position).store(position, std::memory_order_release);
}

void InboxRing::publish_head(std::uint64_t end) noexcept {
  head_.store(end);
  if (!sleeping_.exchange(false) || wake_fd_ < 0) return;
  const std::uint64_t one = 1;
  // A counter at its limit is as awake as it gets: nothing to do about a failed write.
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof one);
}

std::optional<Record> InboxRing::next() noexcept {
  const std::uint64_t head = head_.load();
  while (read_ != head) {
    const Slot& slot = slot_at(read_);
    if ((slot.length & kFillerBit) != 0) {
      read_ += to_end(read_);
      continue;
    }
    const std::optional<Record> record = decode(slot.body());
    if (slot.position != read_ || !record) std::abort();  // somebody else wrote into our memory
    read_ += aligned(sizeof(Slot) + std::uint64_t{slot.length}, kAlign);
    return record;
  }
  return std::nullopt;
}

void InboxRing::consumed(const store::InboxPosition& committed) noexcept {
  const std::uint64_t freed = freed_.load();
  if (committed.ring != id_ || committed.position < freed || committed.position > read_) {
    std::abort();
  }
  forget_pages(committed.position);
  const std::lock_guard lock(room_mutex_);
  freed_.store(committed.position);
  room_.notify_all();
}

/// Pages that were read leave our resident memory; the file keeps them. Before the producer may
/// write there again, so that it never waits for this.
void InboxRing::forget_pages(std::uint64_t before) noexcept {
  while (before - forgotten_ >= kForgetBytes) {
    const std::uint64_t from = aligned(forgotten_ % capacity_, kPage);
    const std::uint64_t until = std::min(forgotten_ % capacity_ + kForgetBytes, capacity_);
    if (until > from) madvise(data_ + from, until / kPage * kPage - from, MADV_DONTNEED);
    forgotten_ += until - forgotten_ % capacity_;
  }
}

bool InboxRing::wants_commit() const noexcept {
  return read_ - freed_.load() >= capacity_ / 4;
}

bool InboxRing::prepare_sleep() noexcept {
  sleeping_.store(true);
  if (head_.load() == read_) return true;
  sleeping_.store(false);
  return false;
}

void InboxRing::mark_alive(const Stamp& at) noexcept {
  std::atomic_ref(header_->alive_wall).store(at.wall.count(), std::memory_order_relaxed);
  std::atomic_ref(header_->alive_boot).store(at.boot.count(), std::memory_order_relaxed);
}

std::optional<Stamp> InboxRing::last_alive() const noexcept {
  const Stamp at{Millis(std::atomic_ref(header_->alive_wall).load(std::memory_order_relaxed)),
                 Millis(std::atomic_ref(header_->alive_boot).load(std::memory_order_relaxed))};
  return at == Stamp{} ? std::nullopt : std::optional(at);
}

std::uint64_t InboxRing::used_bytes() const noexcept {
  return head_.load() - freed_.load();
}

}  // namespace attune::inbox
