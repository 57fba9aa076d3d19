#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/core/agenda.h"
#include "broker/core/arbitration.h"
#include "broker/core/conflicts.h"
#include "broker/core/drive.h"
#include "broker/core/journal.h"
#include "devices/catalog.h"

/// What devices say becomes state, each change with whose doing it was.
namespace attune::core {

class Reports {
 public:
  Reports(const devices::Catalog& catalog, Image& image, Arbitration& arbitration, Drive& drive,
          Conflicts& conflicts, Journal& journal, Agenda& agenda)
      : catalog_(catalog),
        image_(image),
        arbitration_(arbitration),
        drive_(drive),
        conflicts_(conflicts),
        journal_(journal),
        agenda_(agenda) {}

  void take(const MessageArrived& message);
  /// The device floods: the hands that were seen at it in the last moments were none.
  void disown(DeviceIndex device);

 private:
  static constexpr Millis kHandsBeforeAFlood{10'000};

  struct Origins {
    Origin origin = Origin::device;
    Because because;
  };
  struct Foreign {  ///< a command that somebody else sent, inside the settle window
    AttributeId attribute{};
    Value value;
    Millis until{};
  };

  [[nodiscard]] std::vector<AttributeId> halting(const MessageArrived& message) const;
  void stop_by_hand(AttributeId position, std::string_view topic);
  void take_unknown(AttributeId attribute, std::string_view topic);
  void take(const devices::Reading& reading, const MessageArrived& message);
  void take_event(const devices::Reading& event, std::string_view topic);
  [[nodiscard]] Origins origin_of(const devices::Reading& reading, const MessageArrived& message);
  [[nodiscard]] bool somebody_else_sent(const devices::Reading& reading) const;

  const devices::Catalog& catalog_;
  Image& image_;
  Arbitration& arbitration_;
  Drive& drive_;
  Conflicts& conflicts_;
  Journal& journal_;
  Agenda& agenda_;
  std::vector<Foreign> foreign_;
};

}  // namespace attune::core
