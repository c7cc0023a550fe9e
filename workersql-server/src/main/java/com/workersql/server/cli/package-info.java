/** The command line: options, logging, what is printed at start, and the life of the process. */
package com.workersql.server.cli;
