// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a test needs of the machine. Where that is missing it is skipped with a reason, which {@code
 * itests/verify} lists at its end.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsCondition.class)
@interface Needs {
    /** Whether it builds a {@link Rig}: a mesh and a registry in network namespaces. */
    boolean lab() default false;

    /** What else it needs root for; nothing by default. */
    String rootFor() default "";

    /** Programs of Debian packages. */
    String[] programs() default {};
}
