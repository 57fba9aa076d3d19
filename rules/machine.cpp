#include "rules/machine.h"
namespace attune::rules {}
