#pragma once
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "broker/core/agenda.h"
#include "broker/core/journal.h"
#include "broker/core/timers.h"
#include "devices/catalog.h"

/// Values that count for a time only: not heard again within AttributeInfo::max_age they are kept
/// as stale, and rules do not know them any more; a true one with an AttributeInfo::off_delay turns
/// false.
///
/// Determinism: a function of the events. When they were heard leaves with the next commit, as
/// Attendance's memory does.
namespace attune::core {

class Ages {
 public:
  static constexpr std::string_view kSpace = "ages";  ///< of its blobs: one for each attribute

  Ages(const devices::Catalog& catalog, Image& image, Timers& timers, Journal& journal,
       Agenda& agenda)
      : catalog_(catalog), image_(image), timers_(timers), journal_(journal), agenda_(agenda) {}

  /// Before the first step. Rows that cannot be read are left out.
  void restore(const std::vector<Blob>& blobs);
  /// After the readings of the message were taken.
  void take(const MessageArrived& message);
  void fire(const Timer& timer);
  /// They left.
  void forget(const std::vector<DeviceId>& devices);
  /// Attributes may have got a max_age, or lost it.
  void look_again();
  /// What changed since the last call.
  [[nodiscard]] std::vector<Write> take_rows();

 private:
  struct Age {
    Millis heard{};  ///< Instant::steady
    bool dirty = false;
    std::optional<Millis> armed;  ///< its timer: at its deadline, or before
  };

  void arm(AttributeId attribute, Age& age);
  [[nodiscard]] std::optional<Millis> deadline(AttributeId attribute, const Age& age) const;
  [[nodiscard]] bool turns_off(AttributeId attribute) const;
  void turn_off(AttributeId attribute);
  void grow_old(AttributeId attribute);

  const devices::Catalog& catalog_;
  Image& image_;
  Timers& timers_;
  Journal& journal_;
  Agenda& agenda_;
  std::map<AttributeId, Age> ages_;
  std::vector<AttributeId> dirty_;
  std::vector<AttributePath> gone_;  // rows to erase
  std::uint64_t generation_ = 0;     // of the catalog, when it was last looked at
};

}  // namespace attune::core
