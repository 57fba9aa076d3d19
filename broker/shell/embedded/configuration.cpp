#include "broker/shell/embedded/configuration.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdlib>

namespace attune::embedded {
namespace {

constexpr int kRounds = 101;  // what mosquitto_passwd 2.0 uses
constexpr std::size_t kHashBytes = 64;
constexpr std::size_t kSaltBytes = 12;

std::string base64(const unsigned char* bytes, std::size_t count) {
  std::string text((count + 2) / 3 * 4 + 1, '\0');
  const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes,
                                      static_cast<int>(count));
  text.resize(static_cast<std::size_t>(written));
  return text;
}

}  // namespace

std::string broker_configuration(const BrokerFiles& files) {
  const std::string acl_line =
      files.acl_file.empty() ? std::string() : "acl_file " + files.acl_file + "\n";
  return fmt::format(
      "# Written by attune at every start; changes are lost.\n"
      "listener {port} {listen}\n"
      "protocol mqtt\n"
      "max_connections -1\n"
      "allow_anonymous false\n"
      "password_file {passwords}\n"
      "{acl}"
      "set_tcp_nodelay true\n"
      "max_packet_size 8388608\n"     // a bridge's list of devices is one message
      "max_queued_messages 100000\n"  // the default drops the newest of 1,001
      "max_queued_bytes 268435456\n"
      "max_inflight_messages 1024\n"
      "queue_qos0_messages true\n"        // Zigbee2MQTT and Tasmota send QoS 0
      "allow_duplicate_messages false\n"  // filters of two dialects may overlap
      "persistence true\n"
      "persistence_location {data}/\n"
      "persistence_file mosquitto.db\n"
      "autosave_interval 300\n"
      "autosave_on_changes false\n"
      "sys_interval 10\n"
      "log_dest stderr\n"
      "log_timestamp true\n"
      "log_type error\n"
      "log_type warning\n"
      "log_type notice\n"
      "log_type information\n"
      "connection_messages false\n"
      "{user}",
      fmt::arg("port", files.port), fmt::arg("listen", files.listen),
      fmt::arg("passwords", files.password_file), fmt::arg("acl", acl_line),
      fmt::arg("data", files.data_folder), fmt::arg("user", files.stay_root ? "user root\n" : ""));
}

std::string password_line(const std::string& name, const std::string& password,
                          const std::string& salt) {
  std::array<unsigned char, kHashBytes> hash{};
  const auto* salt_bytes = reinterpret_cast<const unsigned char*>(salt.data());
  if (salt.size() != kSaltBytes ||
      PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt_bytes,
                        static_cast<int>(salt.size()), kRounds, EVP_sha512(),
                        static_cast<int>(hash.size()), hash.data()) != 1) {
    std::abort();
  }
  return fmt::format("{}:$7${}${}${}\n", name, kRounds, base64(salt_bytes, salt.size()),
                     base64(hash.data(), hash.size()));
}

std::string acl(const std::string& prefix) {
  return fmt::format(
      "user attune\n"
      "topic readwrite #\n"
      "topic read $SYS/#\n"
      "\n"
      "user device\n"
      "topic readwrite #\n"
      "topic deny {}/marker/#\n"
      "topic read $SYS/#\n",
      prefix);
}

bool is_loopback(const std::string& address) {
  return address == "::1" || address.compare(0, 4, "127.") == 0;
}

std::string random_word(std::size_t bytes) {
  std::string raw(bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(bytes)) != 1) {
    std::abort();
  }
  std::string word;
  for (const char byte : raw) word += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return word;
}

}  // namespace attune::embedded
