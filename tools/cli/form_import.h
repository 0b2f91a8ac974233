// A table whose form is known only once the home is open: matched here, its links looked for among the records.
#pragma once

#include "cli/prepared_import.h"
#include "haki/client.h"

namespace haki::cli {

// The rows of `import.table` as `import.form`, which may be a group of a form, with the facts of the contract; and those of the
// form's groups in `import.sheets`. `from_elsewhere`: a row whose id is of no record here makes one.
Result<PreparedImport> match_with_form(Client& client, const PreparedImport& import, bool from_elsewhere);

// Why the table is no list of recommendations, and which form it fits, if exactly one does.
Error no_form_said(Client& client, const PreparedImport& import);

}  // namespace haki::cli
