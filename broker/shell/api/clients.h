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
  static constexpr std::size_t kClientsMax = 64;  ///< one more is refused
  static constexpr std::size_t kNameBytesMax = 64;
  static constexpr Millis kForgetAfter{30LL * 24 *
                                       3'600'000};        ///< not heard of: it came never back
  static constexpr Millis kHeardEvery{24LL * 3'600'000};  ///< a row for one that only stays

  explicit Clients(Ports& ports) : ports_(ports) {}

  /// What an earlier process kept. A row that cannot be read is passed over.
  void restore(const std::vector<Blob>& blobs);

  /// `[A-Za-z0-9_.-]`, 1 to kNameBytesMax bytes.
  [[nodiscard]] static bool is_name(std::string_view text);
  /// The client says that it has everything up to `revision`. One that went back is believed when
  /// the log still has what comes after that; else it only was heard. An empty name is nobody's.
  /// Made durable with the next commit.
  /// Errors: "clients_full", a new name while kClientsMax others are waited for.
  [[nodiscard]] Status acknowledge(std::string_view name, Revision revision);
  /// The client is still there; says nothing of what it has. Kept at most every kHeardEvery.
  void renew(std::string_view name);

  /// What the log should keep from: empty, when nobody waits.
  [[nodiscard]] std::optional<Revision> held();
  [[nodiscard]] std::size_t size() const { return clients_.size(); }

 private:
  struct Client {
    Revision revision{};
    Millis heard{};  ///< Instant::steady
  };
  void put(std::string_view name, Client client);
  void forget_expired();
  void drop(std::map<std::string, Client, std::less<>>::iterator client);

  Ports& ports_;
  std::map<std::string, Client, std::less<>> clients_;
};

}  // namespace attune::api
