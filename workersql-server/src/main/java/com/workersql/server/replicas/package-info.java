/** Reads from replicas: how far behind each is, what a session has to find there, and which server gets the next read. */
package com.workersql.server.replicas;
