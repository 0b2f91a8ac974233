// Which labels are one theme (haki/themes.h): what the coalition says in records of the form theme_mapping, then the host's table.
#pragma once

#include "analysis/form_views.h"
#include "haki/themes.h"

namespace haki::analysis {

// Precondition: define_form_views, and cells that are up to date.
Result<ThemeNames> read_theme_names(store::Database& database, const ThemeTable& table);

// Fills the temporary tables theme_name(label, name), of labels in use that go by another name, and theme_of(no, name), the themes of
// each recommendation by name, each once.
Result<> define_theme_names(store::Database& database, const ThemeNames& names);

}  // namespace haki::analysis
