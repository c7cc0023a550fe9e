/** Tenants that come and go while the gateway runs: their homes, databases, accounts and users. */
package com.workersql.server.tenants;
