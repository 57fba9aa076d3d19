#pragma once
#include <cstdint>
#include <string>
#include <vector>

/// Mosquitto's files as texts: pure.
namespace attune::embedded {

struct BrokerFiles {
  std::string listen;
  std::uint16_t port = 0;
  std::string data_folder;  ///< its database
  std::string password_file;
  std::string acl_file;    ///< empty: none
  bool stay_root = false;  ///< else a Mosquitto that starts as root becomes another user
};

/// mosquitto.conf. Nothing but the listener's own options may stand before the first `listener`
/// line: in 2.0.11 such a line opens a remote anonymous port. Never a WebSockets listener: it
/// ignores its bind address.
[[nodiscard]] std::string broker_configuration(const BrokerFiles& files);

/// `name:$7$101$salt$hash`: PBKDF2 with SHA-512, as mosquitto_passwd writes it. `salt` is 12 bytes.
[[nodiscard]] std::string password_line(const std::string& name, const std::string& password,
                                        const std::string& salt);

/// attune may do everything; devices everything but read or forge attune's own marker, and may
/// read `$SYS`.
[[nodiscard]] std::string acl(const std::string& prefix);

/// Whether an address is this machine alone: 127.0.0.0/8 or ::1.
[[nodiscard]] bool is_loopback(const std::string& address);

/// `bytes` random ones as letters and digits, two for each.
[[nodiscard]] std::string random_word(std::size_t bytes);

}  // namespace attune::embedded
