#pragma once
#include <string_view>

#include "broker/shell/api/rules_edit.h"
#include "devices/json/reader.h"
#include "devices/model/limits.h"

/// Bodies of the requests that change rules, read strictly like those of body.h.
namespace attune::api {

/// A set of rules in one text: few members, long strings.
inline constexpr devices::json::Limits kRulesLimits{
    limits::kHttpRulesBodyBytesMax, 4, limits::kJsonMembersMax, limits::kHttpRulesBodyBytesMax};

/// `{"files":{"hall.yaml":".."},"remove":["old.yaml"],"whole":true,"if_version":n,"dry_run":true}`;
/// nothing, or `{}`: the folder as it is. Error "body".
[[nodiscard]] Result<RulesEdit> parse_rules(std::string_view text);
/// `{"text":"..","if_version":n,"dry_run":true}`: one file. Error "body".
[[nodiscard]] Result<RulesEdit> parse_rule_file(std::string_view name, std::string_view text);
/// `{"revision":n,"if_version":n,"dry_run":true}`; nothing: the set before this one. Error "body".
[[nodiscard]] Result<RulesEdit> parse_rollback(std::string_view text);

}  // namespace attune::api
