/** What a statement is and may leave behind, told from its tokens alone. */
package com.workersql.router.internal.classify;
