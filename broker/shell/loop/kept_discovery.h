#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/records.h"
#include "devices/normaliser.h"
#include "store/store.h"

/// Messages that made devices known, kept so that the next start knows them before anybody speaks.
///
/// A row for each topic that discovery is told on (Decoded::keep_as): its newest message. What only
/// made a device or an attribute known by the way never takes such a row's place: it gets rows of
/// its own beside it, up to kLearntMax for a topic, since two messages of one topic may have told
/// two different things.
///
/// Beside them the names whose ids have a number (Catalog::Numbered), so that no start gives an id
/// to another device than had it.
///
/// Threading: owned by the loop's thread.
namespace attune::shell {

class KeptDiscovery {
 public:
  static constexpr std::string_view kSpace = "discovery";
  static constexpr std::string_view kNameSpace = "names";
  static constexpr std::size_t kLearntMax = 8;

  /// Before the first message, and before the core is restored: tells the normaliser again what was
  /// kept. The Status is the store's.
  [[nodiscard]] static Status feed(store::Store& store, devices::Normaliser& normaliser);
  void restore(const std::vector<Blob>& blobs);
  /// What is to be written for this message, if anything.
  [[nodiscard]] std::vector<Write> keep(const devices::Decoded& decoded,
                                        const devices::Message& message);
  [[nodiscard]] static std::vector<Write> keep(std::vector<devices::Catalog::Numbered> names);
  /// What made a device known that has left must not make it known again at the next start.
  [[nodiscard]] std::vector<Write> forget_unknown(const devices::Normaliser& normaliser);

  /// The topic of a row.
  [[nodiscard]] static std::string_view topic_of(std::string_view key);

 private:
  std::vector<Write> keep_learnt(const devices::Message& message);

  std::map<std::string, std::uint64_t, std::less<>> rows_;  // fingerprint of the payload by key
};

}  // namespace attune::shell
