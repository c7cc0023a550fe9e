/** Who may log in to the gateway: the users file, its snapshot, and the hashing of passwords. */
package com.workersql.server.users;
