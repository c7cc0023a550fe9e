/** Which tables a statement names, and what it says of their keys: by its tokens, and by the grammar. */
package com.workersql.router.internal.analyze;
