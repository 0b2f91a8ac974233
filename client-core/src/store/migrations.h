// The numbered scripts that bring a store up to date, compiled in from store/migrations in the order of their numbers.
#pragma once

#include <span>
#include <string_view>

namespace haki::store {

std::span<const std::string_view> migration_scripts();

}  // namespace haki::store
