/** Texts for single shards, made as edits of the bytes that the client sent. */
package com.workersql.router.internal.rewrite;
