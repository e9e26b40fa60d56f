// Ctrl-C and SIGTERM, asked for between steps instead of killing the process in the middle of one.
#pragma once

namespace mnist::app {

// From now on SIGINT and SIGTERM set a flag; a second one ends the process at once.
void catch_interrupts();

// Whether one has come.
bool interrupted();

}  // namespace mnist::app
