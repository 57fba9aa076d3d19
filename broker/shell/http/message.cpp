#include "broker/shell/http/message.h"

#include "devices/model/value.h"

namespace attune::http {

Response refusal(int status, std::string_view code, std::string_view message) {
  Response response;
  response.status = status;
  response.body = "{\"error\":";
  append_json_string(response.body, code);
  response.body += ",\"message\":";
  append_json_string(response.body, message);
  response.body += "}\n";
  return response;
}

}  // namespace attune::http
