// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;

/** The edge profile alone in the edge assembly. */
public class EdgeProfileIT extends ProfileExam {
    /** For Pax Exam. */
    public EdgeProfileIT() {
        super("peeredge-profile-edge");
    }

    /** The container of this class. */
    @Configuration
    public static Option[] container() throws IOException {
        return ExamSetup.options("edge", "peeredge-profile-edge");
    }
}
