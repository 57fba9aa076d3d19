#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "broker/shell/inbox/record.h"
#include "devices/model/records.h"

/// Decides which redelivered messages were seen already.
///
/// The DUP flag alone proves nothing: a message never seen came with it. A message is a duplicate
/// only if DUP is 1, the session was present, the broker is the same incarnation, and the last
/// record of its packet id is fewer than kWindow deliveries old with the same topic and payload.
/// Doubt means "not a duplicate": nothing is ever lost here.
///
/// The broker's incarnation is the text of the connected record: for the embedded broker an id
/// that stays while its numbering of packets goes on (embedded/mosquitto.h). Of a foreign broker
/// nobody knows: the link says a new text after a reboot and whenever the other side ended the
/// connection, and none (as far as it knows: the same) when we did. Another text, or no session,
/// voids the window.
///
/// Threading: owned by the loop. Determinism: a function of the records fed.
namespace attune::inbox {

class DuplicateWindow {
 public:
  static constexpr std::uint64_t kWindow = 32'768;  ///< half of the packet ids
  static constexpr std::size_t kChunkIds = 64;      ///< packet ids in one blob
  static constexpr std::string_view kSpace = "dedup";

  /// Feed every connected record.
  void connected(const Record& record);
  /// Feed every message record, in order, once. True: drop it.
  [[nodiscard]] bool seen(const Record& message);

  /// What changed since the last call, as blobs to commit together with the inbox position.
  [[nodiscard]] std::vector<Write> take_dirty();
  /// Before the first record. Blobs that cannot be read void the window.
  void restore(const std::vector<Blob>& blobs);

 private:
  struct Entry {
    std::uint64_t delivery = 0;  ///< 0: never
    std::uint64_t fingerprint = 0;
  };
  using Chunk = std::array<Entry, kChunkIds>;
  static constexpr std::size_t kChunks = 65'536 / kChunkIds;

  void clear();
  [[nodiscard]] Write chunk_write(std::size_t index) const;
  [[nodiscard]] bool restore_chunk(const Blob& blob);

  std::array<std::unique_ptr<Chunk>, kChunks> chunks_;
  std::set<std::size_t> dirty_;
  bool head_dirty_ = false;
  bool session_present_ = false;
  std::uint64_t deliveries_ = 0;  ///< of QoS above 0, ever
  std::string incarnation_;
};

/// 64 bits of topic and payload, stable over versions: it is kept in the store.
[[nodiscard]] std::uint64_t fingerprint(std::string_view topic, std::string_view payload) noexcept;

}  // namespace attune::inbox
