// Internal: the files of this folder, made part of the library by embed_text().
#pragma once

#include <string_view>

namespace mnist {

extern const std::string_view kReportPage;   // report.html, a template (report/template.h)
extern const std::string_view kReportStyle;  // report.css

}  // namespace mnist
