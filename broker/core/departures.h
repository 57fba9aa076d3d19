#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "broker/core/agenda.h"
#include "broker/core/arbitration.h"
#include "broker/core/conflicts.h"
#include "broker/core/drive.h"
#include "broker/core/journal.h"
#include "broker/core/ledger.h"
#include "devices/catalog.h"

/// Devices that leave: what was wanted of them ends, one entry says so, and their state is gone.
namespace attune::core {

class Departures {
 public:
  /// Tombstones that are kept; beyond them the oldest goes. The log tells of every removal.
  static constexpr std::size_t kTombstonesMax = 1'000;

  Departures(const devices::Catalog& catalog, Image& image, Claims& claims, const Ledger& ledger,
             Arbitration& arbitration, Drive& drive, Conflicts& conflicts, Journal& journal,
             Agenda& agenda)
      : catalog_(catalog),
        image_(image),
        claims_(claims),
        ledger_(ledger),
        arbitration_(arbitration),
        drive_(drive),
        conflicts_(conflicts),
        journal_(journal),
        agenda_(agenda) {}

  void restore(const std::vector<Tombstone>& tombstones);
  /// `who` names them no more: a topic, or a file. A message's list counts for devices that never
  /// said anything, too; what a start or reload finds only where something of them is known.
  void take(const std::vector<DeviceId>& gone, CauseKind kind, std::string_view who);
  /// Devices may have come back: their tombstones go.
  void look_for_returned();

 private:
  void remove(const DeviceId& id, const Because& because);
  void end_everything(AttributeId attribute, const Because& because);
  void erase_rows(DeviceIndex device);
  void bury(const DeviceId& id, const Because& removed);
  [[nodiscard]] bool is_known(DeviceIndex device) const;

  const devices::Catalog& catalog_;
  Image& image_;
  Claims& claims_;
  const Ledger& ledger_;
  Arbitration& arbitration_;
  Drive& drive_;
  Conflicts& conflicts_;
  Journal& journal_;
  Agenda& agenda_;
  std::map<DeviceId, Revision> tombstones_;
};

}  // namespace attune::core
