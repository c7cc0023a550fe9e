/** The door for clients of the MySQL wire protocol. */
package com.workersql.server.mysql;
