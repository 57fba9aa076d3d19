#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "broker/shell/inbox/ring.h"

/// Recovery of a hostile ring file: what it finds can be read to the end, and the ring works on.
namespace {

constexpr std::uint64_t kCapacity = 64 * 1024;
constexpr std::uint64_t kHeaderBytes = 4'096;

std::uint64_t word(const std::string& bytes, std::size_t at) {
  std::uint64_t value = 0;
  if (bytes.size() >= at + sizeof value) std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

void use(const std::string& path, const std::optional<attune::store::InboxPosition>& committed) {
  auto opened = attune::inbox::InboxRing::open({path, kCapacity, -1}, committed);
  if (!opened) std::abort();
  attune::inbox::InboxRing& ring = **opened;
  std::uint64_t found = 0;
  std::uint64_t bytes = 0;
  while (const auto record = ring.next()) {
    ++found;
    bytes += record->topic.size() + record->payload.size() + record->correlation.size();
  }
  if (found != ring.recovered_records() || bytes > kCapacity) std::abort();
  ring.consumed(ring.position());
  attune::inbox::Record record;
  record.topic = "t";
  record.payload = "p";
  if (ring.push(record, std::chrono::milliseconds(0)) != attune::inbox::InboxRing::Push::done ||
      ring.next() != record) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path = "/tmp/attune-ring-fuzz-" + std::to_string(getpid());
  static const std::string valid_header = [] {
    auto opened = attune::inbox::InboxRing::open({path, kCapacity, -1}, std::nullopt);
    if (!opened) std::abort();
    opened->reset();
    std::string header(kHeaderBytes, '\0');
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (pread(file, header.data(), kHeaderBytes, 0) != static_cast<ssize_t>(kHeaderBytes)) {
      std::abort();
    }
    close(file);
    return header;
  }();
  // The first byte chooses: a header of ours before hostile records, or hostile throughout.
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 4 != 0) bytes = valid_header + bytes;
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) std::abort();
  close(file);
  const std::uint64_t position = (data[0] / 4 % 8) * 16 * 1'000;
  use(path, attune::store::InboxPosition{word(bytes, 16), position});
  if (const auto record = attune::inbox::decode({reinterpret_cast<const char*>(data), size})) {
    std::string again(attune::inbox::encoded_bytes(*record), '\0');
    attune::inbox::encode(*record, reinterpret_cast<std::byte*>(again.data()));
    if (again != std::string(reinterpret_cast<const char*>(data), size)) std::abort();
  }
  unlink(path.c_str());
  return 0;
}
