#pragma once
#include "rules/sections/reader.h"

/// The sections of a rule file, in the order in which they build on each other.
namespace attune::rules {

/// Devices become names of expressions. Before all sections.
void name_devices(Loading& loading);

void read_settings(Reader& reader, const yaml::Node& section);
void read_groups(Reader& reader, const yaml::Node& section);
void read_vars(Reader& reader, const yaml::Node& section);
/// Vars may name each other over all files: checked when all are read.
void check_vars(Reader& reader, const yaml::Node& section);
void read_defaults(Reader& reader, const yaml::Node& section);
void read_manual(Reader& reader, const yaml::Node& section);
void read_notifiers(Reader& reader, const yaml::Node& section);
/// Ids of rules are known before the first is read, so that a broken one is not also unknown.
void read_rule_ids(Reader& reader, const yaml::Node& section);
void read_rules(Reader& reader, const yaml::Node& section);
void read_limits(Reader& reader, const yaml::Node& section);
void read_interlocks(Reader& reader, const yaml::Node& section);
void read_learn(Reader& reader, const yaml::Node& section);
void read_tests(Reader& reader, const yaml::Node& section);

/// Orders the rules, and indexes what they read. After all sections.
void finish(Loading& loading);

}  // namespace attune::rules
