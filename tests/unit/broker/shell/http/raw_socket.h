#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// A plain socket that says what no well-behaved client would.
namespace attune::http {

class RawSocket {
 public:
  /// Connected to 127.0.0.1; a small receive buffer makes a slow reader of it.
  explicit RawSocket(std::uint16_t port, int receive_bytes = 0);
  ~RawSocket();
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  /// False when the peer takes no more.
  bool send(std::string_view bytes);
  /// Everything until the peer closes, or 10 s pass without a byte.
  [[nodiscard]] std::string read_all();
  /// What has arrived once it holds `text`; or what there is when the peer closes or 10 s pass.
  [[nodiscard]] std::string read_until(std::string_view text);
  /// Whether the peer has closed, waiting at most 10 s for it.
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  bool read_some();
  int descriptor_;
  std::string received_;
  bool ended_ = false;
};

}  // namespace attune::http
