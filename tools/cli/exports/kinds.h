// The kinds of export, each what its command runs.
#pragma once

#include "cli/exports/options.h"

namespace haki::cli::exports {

// Precondition of all: the options are of this kind.
Result<ExitCode> export_csv(Context& context, const ExportOptions& options);
Result<ExitCode> export_xlsx(Context& context, const ExportOptions& options);
Result<ExitCode> export_json(Context& context, const ExportOptions& options);
Result<ExitCode> export_geojson(Context& context, const ExportOptions& options);
Result<ExitCode> export_uwazi(Context& context, const ExportOptions& options);
Result<ExitCode> export_matrix(Context& context, const ExportOptions& options);
Result<ExitCode> export_annex(Context& context, const ExportOptions& options);
Result<ExitCode> export_ics(Context& context, const ExportOptions& options);
Result<ExitCode> export_snapshot(Context& context, const ExportOptions& options);
Result<ExitCode> export_dossier(Context& context, const ExportOptions& options);

}  // namespace haki::cli::exports
