#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/shell/api/ports.h"

/// Clients that gave themselves a name, and up to where each has everything: the log waits for
/// them, within its bound in bytes.
///
/// Threading: owned by the loop's thread.
namespace attune::api {

class Clients {
 public:
  static constexpr std::string_view kSpace = "clients";
  static constexpr std::size_t kClientsMax = 64;  ///< one more: who was heard longest ago goes
  static constexpr std::size_t kNameBytesMax = 64;
  static constexpr Millis kForgetAfter{30LL * 24 *
                                       3'600'000};  ///< not heard of: it came never back

  explicit Clients(Ports& ports) : ports_(ports) {}

  /// What an earlier process kept. A row that cannot be read is passed over.
  void restore(const std::vector<Blob>& blobs);

  /// `[A-Za-z0-9_.-]`, 1 to kNameBytesMax bytes.
  [[nodiscard]] static bool is_name(std::string_view text);
  /// The client has everything up to `revision`. A client that went back is believed. An empty
  /// name is nobody's. Made durable with the next commit.
  void acknowledge(std::string_view name, Revision revision);

  /// What the log should keep from: empty, when nobody waits.
  [[nodiscard]] std::optional<Revision> held();
  [[nodiscard]] std::size_t size() const { return clients_.size(); }

 private:
  struct Client {
    Revision revision{};
    Millis heard{};  ///< Instant::steady
  };
  void drop(std::map<std::string, Client, std::less<>>::iterator client);

  Ports& ports_;
  std::map<std::string, Client, std::less<>> clients_;
};

}  // namespace attune::api
