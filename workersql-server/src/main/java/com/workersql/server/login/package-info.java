/** Who may come in, whatever the door: the users of the current configuration, and the passwords that were proved already. */
package com.workersql.server.login;
