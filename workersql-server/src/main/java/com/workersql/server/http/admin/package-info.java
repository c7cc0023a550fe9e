/** Administering the gateway over HTTP: who may, and what there is to be done. */
package com.workersql.server.http.admin;
