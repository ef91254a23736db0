/** A routing strategy of our own. */
@NullMarked
package ${package};

import org.jspecify.annotations.NullMarked;
