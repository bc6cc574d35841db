"""What makes code that uses CodePipeline testable."""
