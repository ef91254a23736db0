/** A routing strategy of our own. */
@NullMarked
package org.peeredge.kit.sample;

import org.jspecify.annotations.NullMarked;
