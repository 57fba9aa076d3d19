#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Requests and answers as the API sees them: checked, decoded, and free of any library.
namespace attune::http {

/// One request that passed every check of the door (head.h, target.h).
struct Request {
  std::string method;                 ///< GET, PUT, POST or DELETE; HEAD arrives as GET
  std::vector<std::string> segments;  ///< of the path, percent-decoded: {"api","v1","state"}
  std::map<std::string, std::string, std::less<>> query;      ///< percent-decoded, each key once
  std::string accept, content_type, if_match, last_event_id;  ///< header values, empty: absent
  std::string body;
  bool local_socket = false;  ///< came over the UNIX socket: the only way to write, for now
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;  ///< beside those that all get
};

/// `{"error":code,"message":message}`, the shape of every refusal.
[[nodiscard]] Response refusal(int status, std::string_view code, std::string_view message);

}  // namespace attune::http
