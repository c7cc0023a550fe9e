/** From bytes to tokens, and from tokens to the folded text under which plans are kept. */
package com.workersql.router.internal.lex;
